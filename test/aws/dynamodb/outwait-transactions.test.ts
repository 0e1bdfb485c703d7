import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createDynamoDb } from '../../../aws/dynamodb.ts';
import { localEndpoint } from '../../../aws/local-endpoint.ts';
import { StoreUnavailableError } from '../../../tables/dynamodb.ts';

const CONFLICT = { __type: 'com.amazonaws.dynamodb.v20120810#TransactionConflictException' };
const write = { kind: 'put', table: 'ledger', item: { pk: 'a', sk: 'b' } } as const;

let close = (): void => undefined;
afterEach(() => close());

/** Answers the way DynamoDB documents, which no embedded store does. Counts the calls. */
async function conflictingTimes(conflicts: number) {
  let calls = 0;
  const server = createServer((_, response) => {
    calls += 1;
    const isConflict = calls <= conflicts;
    response.writeHead(isConflict ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(isConflict ? CONFLICT : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => void server.close();
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const client = localEndpoint(`http://127.0.0.1:${port}`);
  return { db: createDynamoDb({ tablePrefix: '', client }), calls: () => calls };
}

describe('a plain write on an item that a transaction has', () => {
  it('is repeated until the transaction has ended', async () => {
    const { db, calls } = await conflictingTimes(2);
    expect(await db.write(write)).toMatchObject({ ok: true });
    expect(calls()).toBe(3);
  });

  it('is given up when that does not end', async () => {
    const { db } = await conflictingTimes(Infinity);
    await expect(db.write(write)).rejects.toBeInstanceOf(StoreUnavailableError);
  });
});

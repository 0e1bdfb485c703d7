import { Agent, request } from 'node:http';
import { request as secureRequest } from 'node:https';

/** An error answer of the store, with AWS's error name. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Calls one operation and returns its answer in raw DynamoDB JSON. */
export type DynamoRequest = <Answer>(
  service: 'DynamoDB_20120810' | 'DynamoDBStreams_20120810',
  operation: string,
  input: object,
) => Promise<Answer>;

/**
 * Speaks DynamoDB's JSON protocol directly. The local run needs items in wire format, and when
 * polling a stream an SDK call costs several times more. Rejects with `StoreError` for error
 * answers, and with Node's error if the store is unreachable.
 */
export function createDynamoRequest(endpoint: string): DynamoRequest {
  const url = new URL(endpoint);
  const secure = url.protocol === 'https:';
  const agent = secure ? undefined : new Agent({ keepAlive: true, maxSockets: 16 });
  return (service, operation, input) =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify(input);
      const call = (secure ? secureRequest : request)(
        url,
        {
          method: 'POST',
          ...(agent && { agent }),
          headers: {
            'content-type': 'application/x-amz-json-1.0',
            'content-length': Buffer.byteLength(body),
            'x-amz-target': `${service}.${operation}`,
            'x-amz-date': '20260101T000000Z',
            // Local stores require a well-formed signature but do not check it.
            authorization:
              'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            try {
              const text = Buffer.concat(chunks).toString('utf8');
              const answer = JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>;
              if (response.statusCode === 200) resolve(answer as never);
              else reject(toStoreError(answer, response.statusCode));
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)));
            }
          });
        },
      );
      call.on('error', reject);
      call.end(body);
    });
}

function toStoreError(answer: Record<string, unknown>, status: number | undefined): StoreError {
  const type = typeof answer['__type'] === 'string' ? answer['__type'] : `Status${status ?? 0}`;
  const message = answer['message'] ?? answer['Message'] ?? '';
  return new StoreError(type.split('#').at(-1) ?? type, message as string);
}

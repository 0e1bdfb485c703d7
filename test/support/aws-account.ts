import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The state of an AWS account that its services answer with. */
export type AccountState = {
  bootstrapVersion?: number;
  concurrency?: { limit: number; unreserved: number };
  burst?: number;
  /** API Gateway has no role to write logs. */
  hasNoLogRole?: true;
  isInSandbox?: boolean;
  verified?: string[];
  stacks?: string[];
  tables?: string[];
  /** Versions of every function, and the one that its alias uses. */
  versions?: { numbers: number[]; live: number };
};

/**
 * The services of an account that deployment commands read, on the wire formats of AWS. Records
 * the versions that were deleted.
 */
export async function startAccount(state: AccountState) {
  const deletedVersions: string[] = [];
  const server = createServer((request, response) => {
    void answerTo(state, request, deletedVersions).then(({ status = 200, body }) => {
      const isXml = body.startsWith('<');
      response.writeHead(status, { 'content-type': isXml ? 'text/xml' : 'application/json' });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    deletedVersions,
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

type Answer = { status?: number; body: string };

async function answerTo(
  state: AccountState,
  request: IncomingMessage,
  deleted: string[],
): Promise<Answer> {
  const body = await text(request);
  const url = new URL(request.url ?? '/', 'http://localhost');
  const form = new URLSearchParams(body);
  switch (form.get('Action')) {
    case 'GetCallerIdentity':
      return xml('GetCallerIdentity', '<Account>123456789012</Account>');
    case 'DescribeStacks':
      return stack(state, form.get('StackName') ?? '');
  }
  if (request.headers['x-amz-target']?.toString().endsWith('ListTables')) {
    return json({ TableNames: state.tables ?? [] });
  }
  if (url.pathname.endsWith('/account-settings')) {
    const { limit, unreserved } = state.concurrency ?? { limit: 1_000, unreserved: 1_000 };
    return json({
      AccountLimit: { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: unreserved },
    });
  }
  if (url.pathname === '/account') {
    return json({
      throttleSettings: { rateLimit: 10_000, burstLimit: state.burst ?? 5_000 },
      ...(state.hasNoLogRole ? {} : { cloudwatchRoleArn: 'arn:aws:iam::123456789012:role/logs' }),
    });
  }
  if (url.pathname === '/v2/email/account') {
    return json({ ProductionAccessEnabled: !state.isInSandbox });
  }
  const [, identity] = /^\/v2\/email\/identities\/(.+)$/.exec(url.pathname) ?? [];
  if (identity !== undefined) {
    return state.verified?.includes(decodeURIComponent(identity))
      ? json({ VerifiedForSendingStatus: true })
      : { status: 404, body: JSON.stringify({ __type: 'NotFoundException', message: 'none' }) };
  }
  return versions(state, request, url, deleted);
}

function stack({ bootstrapVersion, stacks }: AccountState, name: string): Answer {
  const output =
    name === 'CDKToolkit' && bootstrapVersion !== undefined
      ? `<Outputs><member><OutputKey>BootstrapVersion</OutputKey><OutputValue>${bootstrapVersion}</OutputValue></member></Outputs>`
      : '';
  if (!output && !stacks?.includes(name)) {
    const message = `Stack with id ${name} does not exist`;
    return {
      status: 400,
      body: `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`,
    };
  }
  const member = `<member><StackName>${name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus>${output}</member>`;
  return xml('DescribeStacks', `<Stacks>${member}</Stacks>`);
}

function versions(
  { versions: existing = { numbers: [], live: 0 } }: AccountState,
  { method }: IncomingMessage,
  url: URL,
  deleted: string[],
): Answer {
  if (method === 'DELETE') {
    deleted.push(`${url.pathname.split('/').at(-1)}:${url.searchParams.get('Qualifier')}`);
    return { status: 204, body: '' };
  }
  if (url.pathname.endsWith('/aliases')) {
    return json({ Aliases: [{ Name: 'live', FunctionVersion: String(existing.live) }] });
  }
  if (url.pathname.endsWith('/versions')) {
    const numbers = existing.numbers.map((number) => ({ Version: String(number) }));
    return json({ Versions: [{ Version: '$LATEST' }, ...numbers] });
  }
  return { status: 500, body: `{"message":"unexpected ${method} ${url.pathname}"}` };
}

const json = (value: object): Answer => ({ body: JSON.stringify(value) });

const xml = (action: string, result: string): Answer => ({
  body: `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`,
});

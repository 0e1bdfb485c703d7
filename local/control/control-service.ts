import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FunctionFleet } from '../functions/function-fleet.ts';
import { readBody } from '../http/read-body.ts';

/** A JSON operation of an AWS service: takes the input and returns the output. */
export type ControlOperation = (input: Record<string, unknown>) => Promise<object> | object;

/** An answer that refuses a call, by the name that the service gives to the error. */
export class ControlFault extends Error {
  override name = 'ControlFault';
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export type ControlService = {
  endpoint: string;
  /** The fleet comes later, because the functions' environment contains this service's address. */
  serve(operations: ReadonlyMap<string, ControlOperation>, fleet?: FunctionFleet): void;
  stop(): Promise<void>;
};

const LARGEST_BODY_BYTES = 10 * 1024 * 1024;

/**
 * Answers SDK calls to services that have no server of their own here: Lambda's Invoke, and
 * operations registered by target name, such as `AWSEvents.PutEvents`, or by method and path for
 * REST services. All other calls fail immediately with a clear message instead of leaving the
 * machine for AWS.
 */
export async function startControlService(): Promise<ControlService> {
  let fleet: FunctionFleet | undefined;
  let operations: ReadonlyMap<string, ControlOperation> = new Map();
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      answer(response, error instanceof ControlFault ? 400 : 500, {
        __type: error instanceof ControlFault ? error.type : 'InternalFailure',
        message: error instanceof Error ? error.message : String(error),
      }),
    );
  });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request, LARGEST_BODY_BYTES);
    const text = Buffer.isBuffer(body) ? body.toString('utf8') : '';
    const invocation = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(request.url ?? '');
    if (invocation !== null && fleet !== undefined) {
      await invoke(fleet, request, response, decodeURIComponent(invocation[1] ?? ''), text);
      return;
    }
    const target = request.headers['x-amz-target'];
    const operationName = String(target ?? `${request.method ?? ''} ${request.url ?? ''}`);
    const operation = operations.get(operationName);
    if (operation === undefined) {
      answer(response, 501, {
        __type: 'UnknownOperationException',
        message: `The local run does not serve ${operationName}.`,
      });
      return;
    }
    answer(response, 200, await operation(JSON.parse(text || '{}') as Record<string, unknown>));
  };
  const endpoint = await listen(server);
  return {
    endpoint,
    serve: (handlers, functions) => {
      operations = handlers;
      fleet = functions;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function invoke(
  fleet: FunctionFleet,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  payload: string,
): Promise<void> {
  if (fleet.find(name) === undefined) {
    answer(response, 404, {
      __type: 'ResourceNotFoundException',
      Message: `Function not found: ${name}`,
    });
    return;
  }
  const event = payload === '' ? '{}' : payload;
  const type = request.headers['x-amz-invocation-type'];
  if (type === 'Event' || type === 'DryRun') {
    if (type === 'Event') void fleet.invokeAsync(name, event);
    response.writeHead(type === 'Event' ? 202 : 204).end();
    return;
  }
  const result = await fleet.invoke(name, event);
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-amz-executed-version': '$LATEST',
    ...(!result.ok && { 'x-amz-function-error': 'Unhandled' }),
  });
  response.end(result.ok ? result.payload : JSON.stringify(result.error));
}

function answer(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return;
  const type = (body as Record<string, string | undefined>)['__type'];
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    ...(type !== undefined && { 'x-amzn-errortype': type }),
  });
  response.end(JSON.stringify(body));
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`);
    });
  });
}

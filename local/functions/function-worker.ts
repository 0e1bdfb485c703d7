import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { type ChunkSender, createChunkSender } from './chunk-sender.ts';
import { openFunctionLog } from './function-log.ts';
import { isStreaming, runStreaming, streamingGlobals } from './response-stream.ts';
import { shiftDate } from './shifted-date.ts';
import type { FromWorker, FunctionError, ToWorker, WorkerStart } from './worker-protocol.ts';
import { ownValue } from '../own-value.ts';

/*
 * Runs one function's built code in a worker thread, like Lambda's Node runtime: loads the handler
 * once, then runs many invocations at a time, each in its own invocation store.
 */

type Handler = (event: unknown, context: object) => unknown;
type Invocation = Extract<ToWorker, { kind: 'invoke' }>;

type InvokeStoreModule = {
  InvokeStore: {
    getInstanceAsync(multi: boolean): Promise<{
      run(context: Record<symbol, unknown>, body: () => unknown): unknown;
    }>;
  };
  InvokeStoreBase: {
    PROTECTED_KEYS: Record<'REQUEST_ID' | 'X_RAY_TRACE_ID', symbol>;
  };
};

const start = workerData as WorkerStart;
const port = parentPort;
if (port === null) throw new Error('function-worker runs in a worker thread only.');
const send = (message: FromWorker): void => port.postMessage(message);
const sendChunk = (id: number, chunk: Uint8Array<ArrayBuffer>): void =>
  port.postMessage({ kind: 'chunk', id, chunk } satisfies FromWorker, [chunk.buffer]);
/** One per invocation that streams. */
const senders = new Map<number, ChunkSender>();

enableCompileCache(start.compileCache);
shiftDate(start.clock);
const log = openFunctionLog(start.logFile, start.logBytes, (lines) =>
  send({ kind: 'metrics', lines }),
);

// Messages that arrive before the handler has loaded wait in the port's queue.
const prepared = await prepare();
if (prepared !== undefined) {
  const { handler, runInStore } = prepared;
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'invoke') void invoke(handler, runInStore, message);
    else if (message.kind === 'taken') senders.get(message.id)?.taken(message.byteCount);
    else if (message.kind === 'gone') senders.get(message.id)?.gone();
    else if (message.kind === 'ping') send({ kind: 'pong' });
    else if (message.kind === 'log') log.write(message.line);
    else {
      log.flush();
      send({ kind: 'stopped' });
      port.close();
    }
  });
  send({ kind: 'ready' });
}

type RunInStore = (requestId: string, traceId: string, body: () => unknown) => unknown;

async function prepare(): Promise<{ handler: Handler; runInStore: RunInStore } | undefined> {
  try {
    const store = (await import(start.invokeStoreUrl)) as InvokeStoreModule;
    const keys = store.InvokeStoreBase.PROTECTED_KEYS;
    const instance = await store.InvokeStore.getInstanceAsync(true);
    globalThis.awslambda = Object.assign(globalThis.awslambda ?? {}, streamingGlobals);
    const handler = await loadHandler(start.codeDirectory, start.handler);
    const runInStore: RunInStore = (requestId, traceId, body) =>
      instance.run({ [keys.REQUEST_ID]: requestId, [keys.X_RAY_TRACE_ID]: traceId }, body);
    return { handler, runInStore };
  } catch (error) {
    log.write(`${JSON.stringify({ initError: toFunctionError(error) })}\n`);
    log.flush();
    send({ kind: 'init-error', error: toFunctionError(error) });
    return undefined;
  }
}

async function loadHandler(directory: string, name: string): Promise<Handler> {
  const dot = name.lastIndexOf('.');
  const file = name.slice(0, dot);
  const path = ['.mjs', '.js', '.cjs', '.ts']
    .map((extension) => join(directory, file + extension))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`Cannot find module '${file}' in ${directory}`);
  const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  const exported = name.slice(dot + 1);
  const fallback = module['default'] as Record<string, unknown> | undefined;
  const handler = ownValue(module, exported) ?? ownValue(fallback, exported);
  if (typeof handler !== 'function') throw new Error(`${name} is undefined or not exported`);
  return handler as Handler;
}

async function invoke(
  handler: Handler,
  runInStore: RunInStore,
  message: Invocation,
): Promise<void> {
  const { id, requestId } = message;
  try {
    const trace = `Root=1-${Math.floor(message.deadline / 1000).toString(16)}-${requestId.replaceAll('-', '').slice(0, 24)};Parent=${requestId.slice(-12)}0000;Sampled=0`;
    const context = {
      callbackWaitsForEmptyEventLoop: true,
      functionName: start.functionName,
      functionVersion: process.env['AWS_LAMBDA_FUNCTION_VERSION'],
      invokedFunctionArn: message.invokedArn,
      memoryLimitInMB: String(start.memoryMegabytes),
      awsRequestId: requestId,
      logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
      logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
      getRemainingTimeInMillis: () => Math.max(0, message.deadline - Date.now()),
    };
    const event = JSON.parse(message.event) as unknown;
    if (isStreaming(handler)) {
      const sender = createChunkSender((chunk) => sendChunk(id, chunk));
      senders.set(id, sender);
      await runInStore(requestId, trace, () => runStreaming(handler, event, context, sender));
      send({ kind: 'result', id, payload: '' });
      return;
    }
    const result = await runInStore(requestId, trace, () => handler(event, context));
    send({ kind: 'result', id, payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    const failure = toFunctionError(error);
    log.write(`${JSON.stringify({ level: 'ERROR', requestId, ...failure })}\n`);
    send({ kind: 'error', id, error: failure });
  } finally {
    senders.delete(id);
  }
}

function toFunctionError(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  };
}

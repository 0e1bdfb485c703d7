import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { FunctionDefinition } from './function-definition.ts';
import type { ResponseSink } from './response-stream.ts';
import type { FromWorker, FunctionError, ToWorker, WorkerStart } from './worker-protocol.ts';

/**
 * How an invocation ended. `payload` is the handler's result as JSON text, or what it streamed if
 * nobody else took that.
 */
export type InvocationResult =
  { ok: true; payload: string } | { ok: false; timedOut: boolean; error: FunctionError };

export type HostOptions = {
  definition: FunctionDefinition;
  environment: Readonly<Record<string, string>>;
  clock: SharedArrayBuffer;
  now: () => number;
  logFile: string;
  workerFile: string;
  compileCache: string;
  onMetrics: (lines: readonly string[]) => void;
};

type Pending = {
  settle: (result: InvocationResult) => void;
  timer: NodeJS.Timeout;
  /** Takes what the handler streams. */
  sink: ResponseSink | undefined;
  /** What it has streamed, if nobody takes it. */
  chunks: Uint8Array[];
};

const LOG_BYTES = 5 * 1024 * 1024;
/** Room for new objects. By default each busy thread takes up to 48. */
const NEW_OBJECTS_MIB = 6;
/** An unused worker keeps 25 MB, and starts again in a tenth of a second. */
const IDLE_MS = 60_000;
/** A worker that stays silent this long after a timeout is stuck in a loop. */
const STUCK_AFTER_MS = 2_000;
const invokeStoreUrl = import.meta.resolve('@aws/lambda-invoke-store');

/** One function and its worker. The worker starts on demand and restarts after a crash. */
export class FunctionHost {
  readonly definition: FunctionDefinition;
  private readonly options: HostOptions;
  private worker: Worker | undefined;
  private ready: { resolve: () => void } | undefined;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private stuckTimer: NodeJS.Timeout | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(options: HostOptions) {
    this.options = options;
    this.definition = options.definition;
  }

  /** Current invocations. */
  get running(): number {
    return this.pending.size;
  }

  /**
   * Starts the worker if it is not running. Resolves once its code has loaded or failed to load.
   */
  async warm(): Promise<void> {
    if (this.worker !== undefined) return;
    const loaded = new Promise<void>((resolve) => {
      this.ready = { resolve };
    });
    this.start();
    await loaded;
  }

  /**
   * Runs the function once. Never rejects: failures, timeouts and crashes are results. `event` is
   * JSON text; `invokedArn` is what the caller named (a function, alias or version); `sink` takes
   * what the handler streams.
   */
  invoke(
    event: string,
    invokedArn = this.definition.arn,
    sink?: ResponseSink,
  ): Promise<InvocationResult> {
    if (this.stopping) return Promise.resolve(failure('Runtime.Stopping', 'The local run stops.'));
    const worker = this.worker ?? this.start();
    const id = this.nextId++;
    const timeoutMs = this.definition.timeoutSeconds * 1000;
    return new Promise((settle) => {
      const timer = setTimeout(() => this.timeOut(id), timeoutMs);
      this.pending.set(id, { settle, timer, sink, chunks: [] });
      const message: ToWorker = {
        kind: 'invoke',
        id,
        event,
        invokedArn,
        requestId: randomUUID(),
        deadline: this.options.now() + timeoutMs,
      };
      clearTimeout(this.idleTimer);
      post(worker, message);
      sink?.whenGone(() => post(worker, { kind: 'gone', id }));
    });
  }

  /** Gives current invocations up to `graceMs` milliseconds to finish, then stops the worker. */
  async stop(graceMs: number): Promise<void> {
    const until = Date.now() + graceMs;
    while (this.pending.size > 0 && Date.now() < until) await sleep(10);
    this.stopping = true;
    clearTimeout(this.idleTimer);
    if (this.worker !== undefined) await endWorker(this.worker);
  }

  /** Ends a worker that has had nothing to do for a while, unless the function is kept warm. */
  private rest(): void {
    clearTimeout(this.idleTimer);
    if (this.pending.size > 0 || Object.keys(this.definition.provisioned).length > 0) return;
    this.idleTimer = setTimeout(() => {
      const { worker } = this;
      this.worker = undefined;
      if (worker !== undefined) void endWorker(worker);
    }, IDLE_MS);
    this.idleTimer.unref();
  }

  private start(): Worker {
    const { definition, environment, clock, logFile } = this.options;
    const data: WorkerStart = {
      codeDirectory: definition.codeDirectory,
      handler: definition.handler,
      functionName: definition.name,
      functionArn: definition.arn,
      memoryMegabytes: definition.memoryMegabytes,
      clock,
      logFile,
      logBytes: LOG_BYTES,
      compileCache: this.options.compileCache,
      invokeStoreUrl,
    };
    const worker = new Worker(this.options.workerFile, {
      name: definition.logicalId,
      env: { ...environment },
      workerData: data,
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: {
        maxOldGenerationSizeMb: definition.memoryMegabytes,
        maxYoungGenerationSizeMb: NEW_OBJECTS_MIB,
      },
    });
    this.worker = worker;
    worker.on('message', (message: FromWorker) => this.receive(worker, message));
    worker.on('error', (error) => this.lose(worker, toError(error)));
    worker.on('exit', (code) =>
      this.lose(worker, {
        errorType: 'Runtime.ExitError',
        errorMessage: `Runtime exited with code ${code}`,
      }),
    );
    return worker;
  }

  private receive(worker: Worker, message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        this.ready?.resolve();
        break;
      case 'pong':
        clearTimeout(this.stuckTimer);
        this.stuckTimer = undefined;
        break;
      case 'chunk':
        this.passOn(worker, message.id, message.chunk);
        break;
      case 'result': {
        const streamed = Buffer.concat(this.pending.get(message.id)?.chunks ?? []).toString();
        this.finish(message.id, { ok: true, payload: message.payload || streamed });
        break;
      }
      case 'error':
        this.finish(message.id, { ok: false, timedOut: false, error: message.error });
        break;
      case 'metrics':
        this.options.onMetrics(message.lines);
        break;
      case 'init-error':
        this.lose(worker, message.error);
        void worker.terminate();
        break;
      case 'stopped':
        break;
    }
  }

  private passOn(worker: Worker, id: number, chunk: Uint8Array<ArrayBuffer>): void {
    const taken = (): void => post(worker, { kind: 'taken', id, byteCount: chunk.length });
    const pending = this.pending.get(id);
    if (pending?.sink !== undefined) {
      pending.sink.take(Buffer.from(chunk.buffer), taken);
      return;
    }
    pending?.chunks.push(chunk);
    taken();
  }

  private finish(id: number, result: InvocationResult): void {
    const pending = this.pending.get(id);
    if (pending === undefined) return;
    this.pending.delete(id);
    clearTimeout(pending.timer);
    pending.settle(result);
    this.rest();
  }

  /** The worker is gone: fails its invocations. The next invocation starts a new worker. */
  private lose(worker: Worker, error: FunctionError): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    clearTimeout(this.stuckTimer);
    this.stuckTimer = undefined;
    this.ready?.resolve();
    for (const id of this.pending.keys()) this.finish(id, { ok: false, timedOut: false, error });
  }

  private timeOut(id: number): void {
    const seconds = this.definition.timeoutSeconds.toFixed(2);
    const errorMessage = `Task timed out after ${seconds} seconds`;
    const worker = this.worker;
    this.finish(id, {
      ok: false,
      timedOut: true,
      error: { errorType: 'Sandbox.Timedout', errorMessage },
    });
    if (worker === undefined) return;
    post(worker, { kind: 'log', line: `${errorMessage}\n` });
    post(worker, { kind: 'ping' });
    this.stuckTimer ??= setTimeout(() => {
      this.lose(worker, { errorType: 'Sandbox.Timedout', errorMessage });
      void worker.terminate();
    }, STUCK_AFTER_MS);
  }
}

/** Lets a worker write its log, and ends it. */
async function endWorker(worker: Worker): Promise<void> {
  const flushed = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve());
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'stopped') resolve();
    });
  });
  post(worker, { kind: 'stop' });
  await Promise.race([flushed, sleep(500)]);
  await worker.terminate();
}

function post(worker: Worker, message: ToWorker): void {
  worker.postMessage(message, []);
}

function failure(errorType: string, errorMessage: string): InvocationResult {
  return { ok: false, timedOut: false, error: { errorType, errorMessage } };
}

function toError(error: unknown): FunctionError {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: 'Error', errorMessage: String(error) };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

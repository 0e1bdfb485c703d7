/** A worker's start parameters. */
export type WorkerStart = {
  codeDirectory: string;
  handler: string;
  functionName: string;
  functionArn: string;
  memoryMegabytes: number;
  clock: SharedArrayBuffer;
  logFile: string;
  logBytes: number;
  /** Caches compiled code between starts, which saves a third of a large bundle's load time. */
  compileCache: string;
  /** URL of the module that holds the runtime's invocation store. */
  invokeStoreUrl: string;
};

/** Main thread to worker. Events are JSON text, as on Lambda. */
export type ToWorker =
  | {
      kind: 'invoke';
      id: number;
      event: string;
      requestId: string;
      invokedArn: string;
      /** On the shifted clock, milliseconds since 1970. */
      deadline: number;
    }
  /** The reader of a streamed answer has taken this much of it. */
  | { kind: 'taken'; id: number; byteCount: number }
  /** The reader of a streamed answer has gone before its end. */
  | { kind: 'gone'; id: number }
  | { kind: 'ping' }
  | { kind: 'log'; line: string }
  | { kind: 'stop' };

/** Worker to main thread. */
export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'pong' }
  | { kind: 'stopped' }
  | { kind: 'init-error'; error: FunctionError }
  /** Part of a streamed answer. A `result` with an empty payload follows the last one. */
  | { kind: 'chunk'; id: number; chunk: Uint8Array<ArrayBuffer> }
  | { kind: 'result'; id: number; payload: string }
  | { kind: 'error'; id: number; error: FunctionError }
  | { kind: 'metrics'; lines: readonly string[] };

/** The JSON document that Lambda returns for a failed function. */
export type FunctionError = {
  errorType: string;
  errorMessage: string;
  trace?: readonly string[];
};

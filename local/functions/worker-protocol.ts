/** A worker's start parameters. */
export interface WorkerStart {
  readonly codeDirectory: string;
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMegabytes: number;
  readonly clock: SharedArrayBuffer;
  readonly logFile: string;
  readonly logBytes: number;
  /** Caches compiled code between starts, which saves a third of a large bundle's load time. */
  readonly compileCache: string;
  /** URL of the module that holds the runtime's invocation store. */
  readonly invokeStoreUrl: string;
}

/** Main thread to worker. Events are JSON text, as on Lambda. */
export type ToWorker =
  | {
      readonly kind: 'invoke';
      readonly id: number;
      readonly event: string;
      readonly requestId: string;
      readonly invokedArn: string;
      /** On the shifted clock, milliseconds since 1970. */
      readonly deadline: number;
    }
  | { readonly kind: 'ping' }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'stop' };

/** Worker to main thread. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'init-error'; readonly error: FunctionError }
  | { readonly kind: 'result'; readonly id: number; readonly payload: string }
  | { readonly kind: 'error'; readonly id: number; readonly error: FunctionError }
  | { readonly kind: 'metrics'; readonly lines: readonly string[] };

/** The JSON document that Lambda returns for a failed function. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalClock } from '../local-clock.ts';
import { functionNameOf } from './function-definition.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { functionEnvironment } from './function-environment.ts';
import type { ServiceEndpoints } from './function-environment.ts';
import { FunctionHost } from './function-host.ts';
import type { InvocationResult } from './function-host.ts';
import type { ResponseSink } from './response-stream.ts';
import { ownValue } from '../own-value.ts';

/** Reported to observers after each invocation. */
export type InvocationReport = {
  functionName: string;
  /** The alias or version in the call, if any. */
  qualifier: string | undefined;
  durationMs: number;
  failed: boolean;
  /** Invocations running when it began, including itself: of the function and of the qualifier. */
  concurrent: { function: number; qualifier: number };
  /** Environments kept warm for the qualifier. */
  provisioned: number | undefined;
};

export type FleetOptions = {
  definitions: readonly FunctionDefinition[];
  endpoints: ServiceEndpoints;
  clock: LocalClock;
  logDirectory: string;
  /** The bundled code that each function's thread runs. */
  workerFile: string;
  /** Folder for compiled code. */
  compileCache: string;
  onInvocation: (report: InvocationReport) => void;
  onMetrics: (lines: readonly string[]) => void;
  /** Receives the message for an asynchronous invocation's failure destination (an ARN). */
  onAsyncFailure: (destinationArn: string, body: string) => void;
};

/** All functions of the application. */
export class FunctionFleet {
  private readonly hosts = new Map<string, FunctionHost>();
  private readonly options: FleetOptions;
  private asyncRunning = 0;
  /** Current invocations by name or ARN as called. */
  private readonly runningOf = new Map<string, number>();
  /** Invocations that have ended since the start. */
  finished = 0;

  constructor(options: FleetOptions) {
    this.options = options;
    mkdirSync(options.logDirectory, { recursive: true });
    for (const definition of options.definitions) {
      const host = new FunctionHost({
        definition,
        environment: functionEnvironment(definition, options.endpoints),
        clock: options.clock.buffer,
        now: () => options.clock.now(),
        logFile: this.logFile(definition.name),
        workerFile: options.workerFile,
        compileCache: options.compileCache,
        onMetrics: options.onMetrics,
      });
      this.hosts.set(definition.name, host);
      this.hosts.set(definition.logicalId, host);
    }
  }

  get definitions(): readonly FunctionDefinition[] {
    return this.options.definitions;
  }

  /** Current invocations, including retries of asynchronous ones. */
  get running(): number {
    return this.all().reduce((sum, host) => sum + host.running, this.asyncRunning);
  }

  /** Finds a function by its name, logical ID or ARN (also of an alias). */
  find(nameOrArn: string): FunctionDefinition | undefined {
    return this.hosts.get(functionNameOf(nameOrArn))?.definition;
  }

  logFile(functionName: string): string {
    return join(this.options.logDirectory, `${functionName}.log`);
  }

  /** Starts the workers of functions with provisioned concurrency. Returns how many. */
  async warm(): Promise<number> {
    const eager = this.all().filter(
      ({ definition }) => Object.keys(definition.provisioned).length > 0,
    );
    await Promise.all(eager.map((host) => host.warm()));
    return eager.length;
  }

  /**
   * Runs a function and waits for its answer. `event` is JSON text; `sink` takes what the function
   * streams. Never rejects.
   */
  async invoke(nameOrArn: string, event: string, sink?: ResponseSink): Promise<InvocationResult> {
    const host = this.hosts.get(functionNameOf(nameOrArn));
    if (host === undefined) {
      const errorMessage = `Function not found: ${nameOrArn}`;
      const error = { errorType: 'ResourceNotFoundException', errorMessage };
      return { ok: false, timedOut: false, error };
    }
    const began = performance.now();
    const { definition } = host;
    const invokedArn = nameOrArn.startsWith('arn:') ? nameOrArn : definition.arn;
    const qualifier = invokedArn.split(':')[7];
    const named = (this.runningOf.get(invokedArn) ?? 0) + 1;
    this.runningOf.set(invokedArn, named);
    const concurrent = { function: host.running + 1, qualifier: named };
    const result = await host.invoke(event, invokedArn, sink);
    this.runningOf.set(invokedArn, (this.runningOf.get(invokedArn) ?? 1) - 1);
    this.finished += 1;
    this.options.onInvocation({
      functionName: definition.name,
      qualifier,
      durationMs: performance.now() - began,
      failed: !result.ok,
      concurrent,
      provisioned:
        qualifier === undefined ? undefined : ownValue(definition.provisioned, qualifier),
    });
    return result;
  }

  /**
   * Runs a function asynchronously: retries failures (twice unless the template says otherwise,
   * after one and two seconds instead of minutes) and then sends them to the failure destination.
   * Resolves when all of that is done; never rejects.
   */
  async invokeAsync(nameOrArn: string, event: string): Promise<void> {
    const definition = this.find(nameOrArn);
    this.asyncRunning += 1;
    try {
      const attempts = 1 + (definition?.asyncRetries ?? 0);
      for (let attempt = 1; ; attempt += 1) {
        const result = await this.invoke(nameOrArn, event);
        if (result.ok) return;
        if (attempt >= attempts || result.error.errorType === 'Runtime.Stopping') {
          this.giveUp(definition, event, attempt, result.error);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, attempt * 1000));
      }
    } finally {
      this.asyncRunning -= 1;
    }
  }

  async stop(graceMs: number): Promise<void> {
    await Promise.all(this.all().map((host) => host.stop(graceMs)));
  }

  private giveUp(
    definition: FunctionDefinition | undefined,
    event: string,
    attempts: number,
    error: unknown,
  ): void {
    if (definition?.onFailureArn === undefined) return;
    const body = JSON.stringify({
      version: '1.0',
      timestamp: new Date(this.options.clock.now()).toISOString(),
      requestContext: {
        functionArn: definition.arn,
        condition: 'RetriesExhausted',
        approximateInvokeCount: attempts,
      },
      requestPayload: JSON.parse(event) as unknown,
      responseContext: { statusCode: 200, functionError: 'Unhandled' },
      responsePayload: error,
    });
    this.options.onAsyncFailure(definition.onFailureArn, body);
  }

  private all(): FunctionHost[] {
    return [...new Set(this.hosts.values())];
  }
}

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { composeAnswer } from './answer.ts';
import { CallRecord, keptBody } from './call-record.ts';
import { countCallTokens } from './count-tokens.ts';
import { deliver, sendJson } from './deliver.ts';
import { embed } from './embeddings.ts';
import { type Exchange, type Question, readExchange } from './exchange.ts';
import { BedrockFault, invalid } from './fault.ts';
import { FORMATS } from './formats.ts';
import { objectOf } from './json.ts';
import { type ModelCall, wholeText } from './model-call.ts';
import { baseModelId, factsOf } from './model-facts.ts';
import { durationMs, Pace, type Speed } from './pace.ts';
import { promptTokens, type Segment, segmentsOf } from './prompt.ts';
import { PromptCache, type PromptUsage, uncached } from './prompt-cache.ts';
import { cacheWriteTokens, type Reply } from './reply.ts';
import { RuleBook } from './rule-book.ts';
import type { Rules, RuleStep } from './rules.ts';
import type { StreamEnd } from './stream-writer.ts';
import { JobDesk } from './jobs/job-desk.ts';
import type { BatchRecord } from './jobs/invocation-job.ts';
import type { JobPlace } from './jobs/job-place.ts';
import { targetOf } from './target.ts';
import { type QuotaHold, TokenQuota } from './token-quota.ts';

/** A call that is about to be answered. */
type Acceptance = {
  call: ModelCall;
  segments: readonly Segment[];
  step: RuleStep;
  maxTokens: number;
  usage: PromptUsage;
  speed: Speed;
};

/** Amazon Bedrock's runtime on this machine: answers requests by the rules in force. */
export class Bedrock {
  readonly record = new CallRecord();
  private readonly book: RuleBook;
  private readonly cache = new PromptCache();
  private readonly quota = new TokenQuota();
  private readonly jobs: JobDesk;
  private readonly now: () => number;

  /**
   * @param now milliseconds on the local run's clock
   * @param place where jobs read and write; without it there are none
   */
  constructor(rules: Rules, now: () => number, place?: JobPlace) {
    this.book = new RuleBook(rules);
    this.now = now;
    const answer = (record: BatchRecord): object => this.answerRecord(record);
    this.jobs = new JobDesk({ now, rules: () => this.rules.jobs, answer, place });
  }

  get rules(): Rules {
    return this.book.rules;
  }

  setRules(rules: Rules): void {
    this.book.set(rules);
  }

  /** Forgets all calls, cached prompts and used quotas. */
  clear(): void {
    this.record.clear();
    this.cache.clear();
    this.quota.clear();
  }

  /** Answers one request. Never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    const url = request.url ?? '';
    if (this.jobs.isFor(url)) return this.jobs.serve(request, response);
    const target = targetOf(request.method ?? '', url);
    const at = new Date(this.now()).toISOString();
    const entry = this.record.open(url, request.headers, at);
    const format = FORMATS[target?.api ?? 'converse'];
    response.setHeader('x-amzn-requestid', requestId);
    try {
      if (target === undefined) throw new BedrockFault('unknownOperation');
      const exchange = await readExchange(request, response, target, { entry, requestId });
      if (this.isClosedOff(exchange)) return;
      await this.answer(exchange);
    } catch (error) {
      const fault =
        error instanceof BedrockFault ? error : new BedrockFault('internal', String(error));
      const { kind, message, status } = fault;
      Object.assign(entry, { outcome: 'refused', fault: kind, message, status });
      response.setHeader('x-amzn-errortype', fault.exception);
      sendJson(response, status, format.faultBody(fault, requestId));
    }
  }

  /** Whether an outage closes the connection. Throws if the outage answers. */
  private isClosedOff({ region, model, response, entry }: Exchange): boolean {
    const outage = this.book.outageOf({ region, model });
    if (outage === undefined) return false;
    if (outage.how === 'fault') throw new BedrockFault('unavailable');
    response.destroy();
    entry.outcome = 'broken';
    return true;
  }

  private async answer(exchange: Exchange): Promise<void> {
    const { does, api, facts, body, entry, response } = exchange;
    if (does === 'count') {
      sendJson(response, 200, countCallTokens(body, facts));
      Object.assign(entry, { outcome: 'answered', status: 200 });
      return;
    }
    if (facts.family === 'titan-embed' || facts.family === 'cohere-embed') {
      if (api !== 'invoke') {
        throw invalid(
          "This action doesn't support the model that you provided. Try again with a supported text or chat model.",
        );
      }
      this.answerEmbedding(exchange);
      return;
    }
    const asked = this.read(exchange);
    const { segments, step, maxTokens, limits } = asked;
    const hold = this.takeQuota(exchange, promptTokens(segments) + maxTokens);
    const usage = this.cache.use(ownerOf(exchange), segments, facts.cacheMinimumTokens, this.now());
    const speed = {
      firstTokenMs: step.firstTokenMs ?? limits?.firstTokenMs ?? facts.firstTokenMs,
      tokensPerSecond: step.tokensPerSecond ?? limits?.tokensPerSecond ?? facts.tokensPerSecond,
    };
    const reply = this.reply(exchange, { ...asked, usage, speed });
    const caller = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) caller.abort();
    });
    const pace = new Pace(speed, this.rules.timeScale);
    const end = await deliver(exchange, { reply, step, pace, signal: caller.signal });
    hold?.settle(quotaUse(exchange, reply));
    noteEnd(exchange, reply, end);
  }

  /** Reads a call and the rule for it. Throws a fault if the model does not take it. */
  private read(question: Question) {
    const { facts, body, entry, format, betaHeader } = question;
    const limits = this.book.limitsOf(question);
    const maxOutputTokens = limits?.maxOutputTokens ?? facts.maxOutputTokens;
    const call = format.read(body, { ...facts, maxOutputTokens }, betaHeader);
    entry.maxTokens = call.maxTokens;
    const step = this.nextStep(question, wholeText(call));
    const segments = segmentsOf(call);
    const tokens = promptTokens(segments);
    if (tokens > facts.contextTokens) throw invalid(format.tooLong(tokens, facts));
    return { call, step, segments, limits, maxTokens: call.maxTokens ?? maxOutputTokens };
  }

  /** Answers a record of a batch, in which nothing is cached and no quota by the minute holds. */
  private answerRecord({ api, model, region, body }: BatchRecord): object {
    const entry = this.record.open('/model-invocation-job', {}, new Date(this.now()).toISOString());
    Object.assign(entry, { api, model, region, ...keptBody(JSON.stringify(body), body) });
    const facts = factsOf(model);
    if (facts === undefined) throw invalid('The provided model identifier is invalid.');
    const format = FORMATS[api];
    const does = 'answer';
    const call = { entry, api, does, streams: false, format, model, region, facts, body } as const;
    const question: Question = { ...call, betaHeader: '' };
    const asked = this.read(question);
    const { firstTokenMs, tokensPerSecond } = facts;
    const reply = this.reply(question, {
      ...asked,
      usage: uncached(promptTokens(asked.segments)),
      speed: { firstTokenMs, tokensPerSecond },
    });
    noteEnd(question, reply, { outcome: 'answered', tokens: reply.answer.outputTokens });
    return format.body(reply, facts);
  }

  /** The step of the rule that fits. Throws if the step is a fault. */
  private nextStep({ api, model, region, streams, entry }: Question, text: string): RuleStep {
    const step = this.book.nextStep({ number: entry.number, api, model, region, streams, text });
    if (step.fault !== undefined) throw new BedrockFault(step.fault.kind, step.fault.message);
    return step;
  }

  private takeQuota(exchange: Exchange, tokens: number): QuotaHold | undefined {
    const perMinute = this.book.limitsOf(exchange)?.tokensPerMinute;
    if (perMinute === undefined) return undefined;
    const hold = this.quota.take(ownerOf(exchange), tokens, perMinute, this.now());
    if (hold !== undefined) return hold;
    throw new BedrockFault('throttling', 'Too many tokens, please wait before trying again.');
  }

  private reply(
    { model, body, entry, api }: Question,
    { call, segments, step, maxTokens, usage, speed }: Acceptance,
  ): Reply {
    const { seed } = this.rules;
    const seeds = {
      words: `${seed} ${baseModelId(model)} ${segments.at(-1)?.digest ?? ''}`,
      ids: `${seed} call ${entry.number} ${segments.at(-1)?.digest ?? ''}`,
    };
    const answer = composeAnswer(call, step, seeds, maxTokens);
    return {
      answer,
      usage,
      model,
      createdAtMs: this.now(),
      latencyMs: durationMs(speed, answer.outputTokens),
      firstTokenMs: Math.round(speed.firstTokenMs),
      serviceTier: call.serviceTier,
      includesUsage: api === 'chat' && objectOf(body['stream_options'])['include_usage'] === true,
    };
  }

  private answerEmbedding(exchange: Exchange): void {
    const { body, facts, entry, response } = exchange;
    const { body: answer, inputTokens } = embed(body, facts);
    this.nextStep(exchange, JSON.stringify(body));
    this.takeQuota(exchange, inputTokens);
    response.setHeader('x-amzn-bedrock-input-token-count', String(inputTokens));
    response.setHeader('x-amzn-bedrock-invocation-latency', String(facts.firstTokenMs));
    sendJson(response, 200, answer);
    const usage = { inputTokens, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
    Object.assign(entry, { status: 200, outcome: 'answered', usage: { ...usage, wasTold: true } });
  }
}

/** Caches and quotas are kept apart for each model and region. */
const ownerOf = ({ model, region }: Question): string => `${baseModelId(model)} ${region}`;

/** What a finished call has used of its quota: cached tokens are free, some outputs cost more. */
const quotaUse = ({ facts }: Exchange, { usage, answer }: Reply): number =>
  usage.inputTokens + cacheWriteTokens(usage) + answer.outputTokens * facts.outputQuotaFactor;

function noteEnd({ api, streams, entry }: Question, reply: Reply, end: StreamEnd): void {
  const { answer, usage, includesUsage } = reply;
  const tellsUsage = !streams || api !== 'chat' || includesUsage;
  entry.status = 200;
  entry.outcome = end.outcome;
  entry.usage = {
    inputTokens: usage.inputTokens,
    outputTokens: end.outcome === 'answered' ? answer.outputTokens : end.tokens,
    cacheReadTokens: usage.cacheReadTokens,
    cacheWriteTokens: cacheWriteTokens(usage),
    wasTold: end.outcome === 'answered' && tellsUsage,
  };
}

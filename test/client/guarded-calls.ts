import {
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import type { StandIn } from '../local/bedrock/stand-in.ts';
import { CLAUDE, GPT } from './models.ts';

export const TEXT = 'What is the capital of France?';
const messages = [{ role: 'user' as const, content: TEXT }];
const name = 'get_weather';
const schema = { type: 'object' as const, properties: { city: { type: 'string' as const } } };
const asked = { max_tokens: 60, messages };
const claude = { ...asked, model: CLAUDE, tools: [{ name, input_schema: schema }] };
const gpt = {
  ...asked,
  model: GPT,
  tools: [{ type: 'function' as const, function: { name, parameters: schema } }],
};
const responses = {
  model: GPT,
  input: TEXT,
  max_output_tokens: 60,
  tools: [{ type: 'function' as const, name, parameters: schema, strict: false }],
};
const converse = {
  modelId: CLAUDE,
  messages: [{ role: 'user' as const, content: [{ text: TEXT }] }],
  inferenceConfig: { maxTokens: 60 },
  toolConfig: { tools: [{ toolSpec: { name, inputSchema: { json: schema } } }] },
};
const invoke = {
  modelId: CLAUDE,
  contentType: 'application/json',
  body: JSON.stringify({
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 60,
    messages,
    tools: claude.tools,
  }),
};

/** What a test may want of a call. `onEvent`: after each event of a stream. */
export type Ask = { signal?: AbortSignal; onEvent?: () => void };
/** Makes a call. @returns everything that was said, as JSON */
export type MakeCall = (ask?: Ask) => Promise<string>;
type Calls = { whole: Record<string, MakeCall>; streamed: Record<string, MakeCall> };

/** The clients that make the calls. */
export type Clients = Pick<StandIn, 'aws' | 'anthropic' | 'openai'>;

/** Every kind of call that guarded clients make. */
export function guardedCalls(clients: () => Clients): Calls {
  const how = ({ signal }: Ask) => (signal ? { signal } : {});
  const howAws = ({ signal }: Ask) => (signal ? { abortSignal: signal } : {});
  const whole: Calls['whole'] = {
    'Bedrock, Converse': async (ask = {}) =>
      JSON.stringify((await clients().aws.send(new ConverseCommand(converse), howAws(ask))).output),
    'Bedrock, InvokeModel': async (ask = {}) =>
      (
        await clients().aws.send(new InvokeModelCommand(invoke), howAws(ask))
      ).body.transformToString(),
    'Anthropic, messages.create': async (ask = {}) =>
      JSON.stringify(await clients().anthropic.messages.create(claude, how(ask))),
    'OpenAI, chat.completions.create': async (ask = {}) =>
      JSON.stringify(await clients().openai.chat.completions.create(gpt, how(ask))),
    'OpenAI, chat.completions.parse': async (ask = {}) =>
      JSON.stringify(
        await clients().openai.chat.completions.parse({ ...gpt, tools: strict }, how(ask)),
      ),
    'OpenAI, responses.create': async (ask = {}) =>
      JSON.stringify(
        (await clients().openai.responses.create(responses, how(ask)).withResponse()).data,
      ),
  };
  const streamed: Calls['streamed'] = {
    'Bedrock, ConverseStream': async (ask = {}) =>
      said(
        (await clients().aws.send(new ConverseStreamCommand(converse), howAws(ask))).stream,
        ask,
      ),
    'Bedrock, InvokeModelWithResponseStream': async (ask = {}) => {
      const command = new InvokeModelWithResponseStreamCommand(invoke);
      return said((await clients().aws.send(command, howAws(ask))).body, ask, ({ chunk }) =>
        new TextDecoder().decode(chunk?.bytes),
      );
    },
    'Anthropic, messages.create': async (ask = {}) =>
      said(await clients().anthropic.messages.create({ ...claude, stream: true }, how(ask)), ask),
    'Anthropic, messages.stream': async (ask = {}) => {
      const stream = clients().anthropic.messages.stream(claude, how(ask));
      stream.on('streamEvent', () => ask.onEvent?.());
      return JSON.stringify(await stream.finalMessage());
    },
    'OpenAI, chat.completions.create': async (ask = {}) =>
      // The report of usage is ours: who did not ask for it sees no chunk without a choice.
      said(
        await clients().openai.chat.completions.create({ ...gpt, stream: true }, how(ask)),
        ask,
        (chunk) => JSON.stringify(chunk.choices[0]?.delta ?? failed()),
      ),
    'OpenAI, chat.completions.stream': async (ask = {}) => {
      const stream = clients().openai.chat.completions.stream({ ...gpt, tools: strict }, how(ask));
      stream.on('chunk', () => ask.onEvent?.());
      return JSON.stringify(await stream.finalChatCompletion());
    },
    'OpenAI, responses.create': async (ask = {}) =>
      said(await clients().openai.responses.create({ ...responses, stream: true }, how(ask)), ask),
    'OpenAI, responses.stream': async (ask = {}) => {
      const stream = clients().openai.responses.stream(responses, how(ask));
      stream.on('event', () => ask.onEvent?.());
      return JSON.stringify(await stream.finalResponse());
    },
  };
  return { whole, streamed };
}

/** The helpers that parse take only strict tools. */
const strict = [
  {
    type: 'function' as const,
    function: {
      name,
      strict: true,
      parameters: { ...schema, required: ['city'], additionalProperties: false },
    },
  },
];

async function said<Event>(
  events: AsyncIterable<Event> | undefined,
  { onEvent }: Ask,
  textOf: (event: Event) => string = (event) => JSON.stringify(event),
): Promise<string> {
  let text = '';
  for await (const event of events ?? failed()) {
    text += textOf(event);
    onEvent?.();
  }
  return text;
}

function failed(): never {
  throw new Error('a part of the answer is missing');
}

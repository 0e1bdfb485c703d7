/**
 * Rules of Amazon Bedrock's Converse API that requests break in practice, as the API's reference and
 * its validation messages state them. Written apart from the code that obeys them.
 */
type Json = { readonly [name: string]: unknown };
type Block = Json;
type Message = { role: string; content: Block[] };

const BLOCKS = ['text', 'image', 'document', 'video', 'audio', 'toolUse', 'toolResult'];
const MEMBERS = [
  ...BLOCKS,
  'reasoningContent',
  'cachePoint',
  'guardContent',
  'searchResult',
  'citationsContent',
];
const RESULT_MEMBERS = ['text', 'json', 'image', 'document', 'video', 'searchResult'];

/** Every rule that a request breaks, by place. */
export function converseFaults(request: Json): string[] {
  const messages = (request['messages'] ?? []) as Message[];
  const tools = ((request['toolConfig'] as Json | undefined)?.['tools'] ?? []) as Block[];
  const system = (request['system'] ?? []) as Block[];
  return [
    ...roleFaults(messages),
    ...messages.flatMap((message, at) => contentFaults(message, `messages.${at}`)),
    ...pairFaults(messages),
    ...idFaults(messages),
    ...documentFaults(messages),
    ...toolFaults(request, messages, tools),
    ...systemFaults(system),
    ...lifeFaults([...tools, ...system, ...messages.flatMap(({ content }) => content)]),
    ...inferenceFaults(request),
    ...prefillFaults(messages),
  ];
}

const fault = (isBroken: boolean, message: string): string[] => (isBroken ? [message] : []);

const roleFaults = (messages: Message[]): string[] => [
  ...fault(messages.length === 0, 'messages: at least one is required'),
  ...fault(messages.length > 0 && messages[0]?.role !== 'user', 'messages.0: must be of the user'),
  ...messages.flatMap(({ role }, at) => [
    ...fault(role !== 'user' && role !== 'assistant', `messages.${at}.role: ${role}`),
    ...fault(at > 0 && messages[at - 1]?.role === role, `messages.${at}: roles must alternate`),
  ]),
];

function contentFaults({ role, content }: Message, place: string): string[] {
  return [
    ...fault(content.length === 0, `${place}: content is empty`),
    ...fault(
      content.every((block) => 'cachePoint' in block || 'reasoningContent' in block),
      `${place}: says nothing`,
    ),
    ...content.flatMap((block, at) =>
      blockFaults(block, { role, before: content[at - 1], place: `${place}.content.${at}` }),
    ),
  ];
}

function blockFaults(
  block: Block,
  { role, before, place }: { role: string; before: Block | undefined; place: string },
): string[] {
  const names = Object.keys(block);
  const isOfUser = ['toolResult', 'image', 'document', 'audio', 'searchResult'];
  return [
    ...fault(names.length !== 1, `${place}: exactly one member must be set`),
    ...names.flatMap((name) => fault(!MEMBERS.includes(name), `${place}.${name}: unknown`)),
    ...fault('text' in block && String(block['text']).trim() === '', `${place}: text is blank`),
    ...fault('toolUse' in block && role !== 'assistant', `${place}: toolUse of the user`),
    ...fault(
      'reasoningContent' in block && role !== 'assistant',
      `${place}: reasoning of the user`,
    ),
    ...fault(
      role !== 'user' && isOfUser.some((name) => name in block),
      `${place}: only of the user`,
    ),
    ...fault('cachePoint' in block && before === undefined, `${place}: cachePoint comes first`),
    ...fault('cachePoint' in block && !mayBeCached(before), `${place}: cachePoint cannot be here`),
    ...toolResultFaults(block['toolResult'] as Json | undefined, place),
    ...reasoningFaults(block['reasoningContent'] as Json | undefined, place),
  ];
}

const mayBeCached = (block: Block | undefined): boolean =>
  block !== undefined &&
  !('reasoningContent' in block) &&
  !('cachePoint' in block) &&
  ((block['document'] as Json | undefined)?.['format'] ?? 'pdf') === 'pdf';

function toolResultFaults(result: Json | undefined, place: string): string[] {
  if (!result) return [];
  const content = (result['content'] ?? []) as Block[];
  return [
    ...fault(content.length === 0, `${place}: toolResult is empty`),
    ...content.flatMap((block, at) => [
      ...Object.keys(block).flatMap((name) =>
        fault(!RESULT_MEMBERS.includes(name), `${place}.toolResult.content.${at}.${name}`),
      ),
      ...fault(
        'text' in block && String(block['text']).trim() === '',
        `${place}.toolResult.content.${at}: text is blank`,
      ),
    ]),
  ];
}

function reasoningFaults(reasoning: Json | undefined, place: string): string[] {
  const text = reasoning?.['reasoningText'] as Json | undefined;
  if (!text) return [];
  return fault(
    typeof text['text'] !== 'string' || !text['signature'],
    `${place}: reasoning without text or signature`,
  );
}

const callIds = (message: Message | undefined): string[] =>
  (message?.content ?? []).flatMap((block) =>
    'toolUse' in block ? [String((block['toolUse'] as Json)['toolUseId'])] : [],
  );

/** Results follow their calls at once, completely, and before anything else. */
const pairFaults = (messages: Message[]): string[] =>
  [...messages, undefined].flatMap((message, at) => {
    const expected = callIds(messages[at - 1]).toSorted();
    const content = (message?.content ?? []).filter((block) => !('cachePoint' in block));
    const count = content.findIndex((block) => !('toolResult' in block));
    const leading = content.slice(0, count === -1 ? content.length : count);
    const ids = (blocks: Block[]): string[] =>
      blocks.flatMap((block) =>
        'toolResult' in block ? [String((block['toolResult'] as Json)['toolUseId'])] : [],
      );
    return [
      ...fault(
        ids(leading).toSorted().join() !== expected.join(),
        `messages.${at}: results [${ids(leading).join()}] of calls [${expected.join()}]`,
      ),
      ...fault(ids(content).length !== leading.length, `messages.${at}: results after others`),
    ];
  });

function idFaults(messages: Message[]): string[] {
  const ids = messages.flatMap(callIds);
  return [
    ...fault(new Set(ids).size !== ids.length, `toolUse ids are not unique: ${ids.join()}`),
    ...ids.flatMap((id) => fault(!/^[a-zA-Z0-9_-]{1,64}$/.test(id), `toolUseId: ${id}`)),
  ];
}

function documentFaults(messages: Message[]): string[] {
  const documents = (blocks: Block[]): unknown[] =>
    blocks.flatMap((block) => {
      if ('document' in block) return [block['document']];
      return documents(((block['toolResult'] as Json | undefined)?.['content'] ?? []) as Block[]);
    });
  const names = messages.flatMap(({ content }) =>
    documents(content).map((document) => String((document as Json)['name'])),
  );
  return [
    ...fault(new Set(names).size !== names.length, `duplicate document names: ${names.join()}`),
    ...names.flatMap((name) =>
      fault(!/^[A-Za-z0-9\-()[\]]+(?: [A-Za-z0-9\-()[\]]+)*$/.test(name), `document name: ${name}`),
    ),
    ...messages.flatMap(({ content }, at) =>
      fault(
        content.some((block) => 'document' in block) && !content.some((block) => 'text' in block),
        `messages.${at}: a document needs a text`,
      ),
    ),
  ];
}

function toolFaults(request: Json, messages: Message[], tools: Block[]): string[] {
  const specs = tools.flatMap((tool) => ('toolSpec' in tool ? [tool['toolSpec'] as Json] : []));
  const usesTools = messages.some(({ content }) =>
    content.some((block) => 'toolUse' in block || 'toolResult' in block),
  );
  const choice = (request['toolConfig'] as Json | undefined)?.['toolChoice'] as Json | undefined;
  const chosen = (choice?.['tool'] as Json | undefined)?.['name'];
  return [
    ...fault(usesTools && specs.length === 0, 'toolConfig is required'),
    ...fault('toolConfig' in request && specs.length === 0, 'toolConfig.tools is empty'),
    ...specs.flatMap(({ name, description, inputSchema }, at) => [
      ...fault(!/^[a-zA-Z0-9_-]+$/.test(String(name)), `tools.${at}.name: ${String(name)}`),
      ...fault(
        description !== undefined && String(description).trim() === '',
        `tools.${at}.description is empty`,
      ),
      ...fault(
        ((inputSchema as Json)['json'] as Json)['type'] !== 'object',
        `tools.${at}.inputSchema must be an object's`,
      ),
    ]),
    ...fault(
      chosen !== undefined && !specs.some(({ name }) => name === chosen),
      `toolChoice names no tool: ${String(chosen)}`,
    ),
    ...fault('cachePoint' in (tools[0] ?? {}), 'toolConfig begins with a cachePoint'),
  ];
}

const systemFaults = (system: Block[]): string[] => [
  ...system.flatMap((block, at) =>
    fault('text' in block && String(block['text']).trim() === '', `system.${at}: text is blank`),
  ),
  ...fault('cachePoint' in (system[0] ?? {}), 'system begins with a cachePoint'),
];

function lifeFaults(blocks: Block[]): string[] {
  const lives = blocks.flatMap((block) =>
    'cachePoint' in block ? [String((block['cachePoint'] as Json)['ttl'] ?? '5m')] : [],
  );
  const first = lives.indexOf('5m');
  return fault(first !== -1 && lives.lastIndexOf('1h') > first, '1h must not come after 5m');
}

function inferenceFaults(request: Json): string[] {
  const { temperature, topP, maxTokens, stopSequences } = (request['inferenceConfig'] ??
    {}) as Json;
  const isOutside = (value: unknown): boolean =>
    value !== undefined && (typeof value !== 'number' || value < 0 || value > 1);
  return [
    ...fault(isOutside(temperature), 'temperature'),
    ...fault(isOutside(topP), 'topP'),
    ...fault(maxTokens !== undefined && !(Number(maxTokens) >= 1), 'maxTokens'),
    ...fault(Array.isArray(stopSequences) && stopSequences.includes(''), 'stopSequences'),
  ];
}

function prefillFaults(messages: Message[]): string[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return [];
  const text = last.content.findLast((block) => 'text' in block)?.['text'];
  return fault(typeof text === 'string' && /\s$/.test(text), 'the last text ends in spaces');
}

type Content = string | readonly { text: string }[];
type Turn = { role: string; content: Content };
type Block = { text: string };

/** A prompt in the format of Bedrock Converse. */
export type ConversePrompt = {
  messages: { role: string; content: Block[] }[];
  system?: Block[];
};

/** Instructions and messages as Bedrock Converse takes them. */
export function conversePrompt(turns: readonly Turn[]): ConversePrompt {
  const system = turns.filter(({ role }) => role === 'system').flatMap(blocksOf);
  return {
    messages: turns
      .filter(({ role }) => role !== 'system')
      .map((turn) => ({ role: turn.role, content: blocksOf(turn) })),
    ...(system.length > 0 ? { system } : {}),
  };
}

const blocksOf = ({ content }: { content: Content }): Block[] =>
  typeof content === 'string' ? [{ text: content }] : content.map(({ text }) => ({ text }));

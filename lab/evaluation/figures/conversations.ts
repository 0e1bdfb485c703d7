/**
 * Names the conversation of each prompt, met in order of time: the one of the last prompt that began
 * with the same 1,024 tokens or more. One block alone is not enough, because a system prompt is
 * shared by strangers. A caller would name the conversation; a trace has only its prefixes.
 */
export function createConversations(): (blocks: readonly number[]) => string {
  const byBlock = new Map<number, string>();
  let conversations = 0;
  return (blocks) => {
    const own = blocks.slice(1);
    const shared = own.findLast((block) => byBlock.has(block));
    const earlierConversation = shared === undefined ? undefined : byBlock.get(shared);
    const conversation = earlierConversation ?? `conversation-${(conversations += 1)}`;
    for (const block of own) byBlock.set(block, conversation);
    return conversation;
  };
}

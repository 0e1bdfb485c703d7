/**
 * Assigns each prompt, in order of time, to a conversation: that of the last prompt that shares its
 * first 1,024 tokens or more. One block is not enough, because unrelated users share system
 * prompts. A caller would name the conversation, but a trace has only prefixes.
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

import { expect, test } from 'vitest';
import { createConversations } from '../../../lab/evaluation/figures/conversations.ts';

test('a prompt continues the conversation whose beginning it repeats', () => {
  const conversationOf = createConversations();
  const first = conversationOf([0, 1, 2]);
  const other = conversationOf([0, 3]);
  expect(other).not.toBe(first);
  expect(conversationOf([0, 1, 2, 4, 5])).toBe(first);
  expect(conversationOf([0, 1, 2, 4, 5, 6])).toBe(first);
  expect(conversationOf([0, 3, 7])).toBe(other);
});

test('a shared first block alone, or a short prompt, is no conversation', () => {
  const conversationOf = createConversations();
  expect(conversationOf([0])).not.toBe(conversationOf([0]));
});

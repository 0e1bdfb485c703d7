import { createHash } from 'node:crypto';
import type { Block } from '../model-call.ts';
import { countTokens } from '../tokens.ts';

/** What each image costs, whatever its size. */
const IMAGE_TOKENS = 1_000;
/** What each started number of bytes costs in a file that is not plain text. */
const BYTES_PER_TOKEN = 100;

const digestOf = (content: string): string =>
  createHash('sha256').update(content).digest('base64url');

/** @param content the image as base64 */
export const imageBlock = (content: string): Block => ({
  kind: 'media',
  name: 'image',
  tokens: IMAGE_TOKENS,
  digest: digestOf(content),
});

/**
 * @param content the file as base64, or its text
 * @param isText whether the content is text once it is decoded
 */
export function documentBlock(content: string, isBase64: boolean, isText: boolean): Block {
  const bytes = Buffer.from(content, isBase64 ? 'base64' : 'utf8');
  const tokens = isText
    ? countTokens(bytes.toString('utf8'))
    : Math.ceil(bytes.length / BYTES_PER_TOKEN);
  return { kind: 'media', name: 'document', tokens, digest: digestOf(content) };
}

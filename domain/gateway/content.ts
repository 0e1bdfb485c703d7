import type { TokenEstimate } from '../tokens/estimate-tokens.ts';

/** How long a provider keeps a prompt prefix that a request marks. */
export type CacheLife = '5m' | '1h';

/** What a part of a request holds, as far as it has a price. */
export type Content = {
  text: string;
  images: number;
  /** Bytes of documents that are not text. */
  documentBytes: number;
  /** The longest life of a prompt prefix that it asks the provider to keep. */
  cacheLife?: CacheLife | undefined;
};

/** Members that say what something is, and are not part of the prompt. */
const LABELS = new Set([
  'type',
  'id',
  'role',
  'status',
  'signature',
  'encrypted_content',
  'redactedContent',
  'tool_use_id',
  'toolUseId',
  'tool_call_id',
  'call_id',
  'media_type',
  'mime_type',
  'format',
  'detail',
]);
const IMAGES = new Set(['image', 'image_url', 'input_image']);
const DOCUMENTS = new Set(['document', 'file', 'input_file', 'video']);
/** Members that hold encoded bytes. */
const ENCODED = new Set(['bytes', 'data', 'file_data']);

/**
 * Reads what any value of a request's JSON holds, whatever its wire format: every text counts,
 * except labels; images and documents count apart.
 */
export function contentOf(value: unknown): Content {
  const content: Content = { text: '', images: 0, documentBytes: 0 };
  const texts: string[] = [];
  gather(value, content, texts);
  return { ...content, text: texts.join('\n') };
}

function gather(value: unknown, content: Content, texts: string[]): void {
  if (typeof value === 'string') {
    if (value.startsWith('data:')) content.documentBytes += bytesIn(value);
    else if (value !== '') texts.push(value);
  } else if (Array.isArray(value)) {
    for (const part of value) gather(part, content, texts);
  } else if (typeof value === 'object' && value !== null) {
    gatherMembers(value, content, texts);
  }
}

function gatherMembers(value: object, content: Content, texts: string[]): void {
  const members = Object.entries(value);
  const type = members.find(([name]) => name === 'type')?.[1] as unknown;
  if (IMAGES.has(String(type))) {
    content.images += 1;
    return;
  }
  for (const [name, member] of members) {
    if (name === 'cache_control' || name === 'cachePoint') keepLonger(content, member);
    else if (name === 'image' && typeof member === 'object') content.images += 1;
    else if (DOCUMENTS.has(name) && typeof member === 'object') gather(member, content, texts);
    else if (ENCODED.has(name) && typeof member === 'string') {
      content.documentBytes += bytesIn(member);
    } else if (!LABELS.has(name)) gather(member, content, texts);
  }
}

function keepLonger(content: Content, marker: unknown): void {
  if (typeof marker !== 'object' || marker === null) return;
  const isLong = 'ttl' in marker && marker.ttl === '1h';
  content.cacheLife = isLong || content.cacheLife === '1h' ? '1h' : '5m';
}

/** Base64 encodes three bytes in four characters. */
const bytesIn = (encoded: string): number => Math.ceil((encoded.length * 3) / 4);

/**
 * Tokens of an image whose size is unknown: what a picture of a screen takes, and the most that
 * Anthropic states for one image (docs.claude.com, vision, November 2026).
 */
const IMAGE: TokenEstimate = { tokens: 1_600, upperTokens: 4_800 };
/**
 * Tokens in a kilobyte of a document such as a PDF, whose text and pages are compressed: a page of
 * 50 KB takes 1,500 to 3,000 tokens by Anthropic's documentation, a page of text alone has 5 KB.
 */
const DOCUMENT_KILOBYTE: TokenEstimate = { tokens: 60, upperTokens: 600 };

/** Input tokens of everything but text. */
export function furtherInputOf({ images, documentBytes }: Content): TokenEstimate {
  const kilobytes = Math.ceil(documentBytes / 1_000);
  return {
    tokens: images * IMAGE.tokens + kilobytes * DOCUMENT_KILOBYTE.tokens,
    upperTokens: images * IMAGE.upperTokens + kilobytes * DOCUMENT_KILOBYTE.upperTokens,
  };
}

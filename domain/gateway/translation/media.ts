import type { JsonObject } from '../wire-format.ts';
import { refuse } from './reading.ts';
import type { PartOf } from './turn.ts';

const NOT_FETCHED =
  'must contain the data itself, as base64 or as a data URL. Purser fetches no addresses';

/** A data URL in parts. @throws BadFieldError for any other URL, because Purser fetches nothing */
export function dataUrlAt(url: string, field: string): { type: string; base64: string } {
  const match = /^data:([^;,]*)(?:;[^;,]*)*;base64,([\s\S]*)$/i.exec(url);
  if (!match) return refuse(field, NOT_FETCHED);
  return { type: (match[1] ?? '').toLowerCase(), base64: base64At(match[2] ?? '', field) };
}

/** @throws BadFieldError, because Purser fetches nothing */
export const refuseAddress = (field: string): never => refuse(field, NOT_FETCHED);

/** @throws BadFieldError if the text is not base64 */
export function base64At(text: string, field: string): string {
  const base64 = text.replaceAll(/\s/g, '');
  if (base64 === '') return refuse(field, 'contains no data');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? base64 : refuse(field, 'is not base64');
}

const IMAGE_FORMATS = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpeg'],
  ['image/jpg', 'jpeg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
]);

/** An image as Converse takes it. @throws BadFieldError for formats that it does not take */
export function imageAt(
  { type, base64 }: { type: string; base64: string },
  field: string,
): PartOf<'media'> {
  const format = IMAGE_FORMATS.get(type);
  if (format === undefined) {
    return refuse(field, `must be a PNG, JPEG, GIF or WebP image, not ${type || 'untyped data'}`);
  }
  return { kind: 'media', block: { image: { format, source: { bytes: base64 } } } };
}

const DOCUMENT_FORMATS = new Map([
  ['application/pdf', 'pdf'],
  ['text/csv', 'csv'],
  ['application/msword', 'doc'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['text/html', 'html'],
  ['text/plain', 'txt'],
  ['text/markdown', 'md'],
]);
const DOCUMENT_ENDINGS = new Set(DOCUMENT_FORMATS.values());

/**
 * A file as Converse takes it: a document, or an image. The format is the media type's, or else the
 * file name's ending.
 * @throws BadFieldError for formats that Converse does not take
 */
export function fileAt(
  { type, base64, name }: { type: string; base64: string; name?: string | undefined },
  field: string,
): PartOf<'media'> | PartOf<'document'> {
  if (IMAGE_FORMATS.has(type)) return imageAt({ type, base64 }, field);
  const ending = name === undefined ? undefined : /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  const format =
    DOCUMENT_FORMATS.get(type) ??
    (ending !== undefined && DOCUMENT_ENDINGS.has(ending) ? ending : undefined);
  if (format === undefined) {
    return refuse(
      field,
      `must be a PDF, text, HTML, Markdown, CSV, Word or Excel file, not ${type || 'untyped data'}`,
    );
  }
  return documentOf({ format, source: { bytes: base64 } }, name?.replace(/\.[a-z]+$/i, ''));
}

/** @param name what the client calls it; the model reads it */
export const documentOf = (document: JsonObject, name: string | undefined): PartOf<'document'> => ({
  kind: 'document',
  document,
  name: documentName(name ?? ''),
});

/** Converse allows letters, digits, single spaces, hyphens, parentheses and square brackets. */
const documentName = (name: string): string =>
  name
    .replaceAll(/[^A-Za-z0-9\-()[\]]+/g, ' ')
    .trim()
    .slice(0, 180)
    .trim() || 'document';

const AUDIO_FORMATS = new Set(['mp3', 'wav', 'flac', 'aac', 'm4a', 'ogg', 'opus', 'webm', 'pcm']);

/** @throws BadFieldError for formats that Converse does not take */
export function audioAt(
  { format, base64 }: { format: string; base64: string },
  field: string,
): PartOf<'media'> {
  if (!AUDIO_FORMATS.has(format)) return refuse(field, `does not support ${format} audio`);
  return { kind: 'media', block: { audio: { format, source: { bytes: base64 } } } };
}

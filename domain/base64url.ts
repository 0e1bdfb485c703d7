/**
 * Encodes text as UTF-8 in base64url without padding. Works the same in browsers and on servers.
 */
export function textToBase64Url(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  return btoa(bytes.join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Decodes what `textToBase64Url` wrote; `undefined` for anything else. */
export function base64UrlToText(written: string): string | undefined {
  if (!/^[\w-]*$/.test(written)) return undefined;
  try {
    const bytes = atob(written.replaceAll('-', '+').replaceAll('_', '/'));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(bytes, (character) => character.charCodeAt(0)),
    );
  } catch {
    return undefined;
  }
}

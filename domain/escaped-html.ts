const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

/** Escapes text so that neither HTML nor Slack markup interprets it. */
export const escapedHtml = (text: string): string =>
  text.replaceAll(/[&<>]/g, (character) => ENTITIES.get(character) ?? character);

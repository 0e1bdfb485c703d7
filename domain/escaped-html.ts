const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

/** Text that neither HTML nor Slack's markup takes for anything else. */
export const escapedHtml = (text: string): string =>
  text.replaceAll(/[&<>]/g, (character) => ENTITIES.get(character) ?? character);

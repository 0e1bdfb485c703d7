/** The rows of a CSV file (RFC 4180) by the names of its columns. An empty field is a null. */
export function csvRowsOf(text: string): Record<string, string>[] {
  const [names = [], ...lines] = fieldsOf(text);
  return lines.map((fields) => {
    if (fields.length !== names.length) {
      throw new Error(`A line has ${fields.length} fields, and the header ${names.length}.`);
    }
    return Object.fromEntries(names.map((name, index) => [name, fields[index] ?? '']));
  });
}

function fieldsOf(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
  )) {
    line.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  return lines;
}

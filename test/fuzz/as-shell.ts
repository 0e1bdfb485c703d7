import type { FuzzCase } from './cases.ts';
import { bytesOf, isPlain, type Wire } from './wire.ts';

const LONGEST = 4_000;

/**
 * A shell command that resends a case to a local run with the key `KEY`. Truncates a body that does
 * not fit on a command line, and says so.
 */
export function asShell({ wire, credential, number }: FuzzCase): string {
  const note = `# case ${number}, KEY is that of ${credential}`;
  return `${note}\n${isPlain(wire) ? asCurl(wire) : asSocket(wire)}`;
}

function asCurl({ method, path, headers, body }: Wire): string {
  const options = headers
    .filter(([name]) => name !== 'host' && name !== 'content-length')
    .map(
      ([name, value]) => ` -H ${quoted(value === '' ? `${name};` : `${name}: ${signed(value)}`)}`,
    );
  const command = `curl -isS --path-as-is -X ${method}${options.join('')} ${quoted(`http://127.0.0.1:3000${path}`)}`;
  if (!body) return command;
  const text = body.toString('utf8');
  const isPrintable = body.equals(Buffer.from(text)) && /^[\x20-\x7e]*$/.test(text);
  const cut = body.length > LONGEST ? `\n# the body is cut: it has ${body.length} bytes` : '';
  return isPrintable
    ? `${command} --data-binary ${quoted(text.slice(0, LONGEST))}${cut}`
    : `echo ${body.toString('base64').slice(0, LONGEST)} | base64 -d | ${command} --data-binary @-${cut}`;
}

const asSocket = (wire: Wire): string =>
  `echo ${bytesOf(wire).toString('base64').slice(0, LONGEST)} | base64 -d | nc -q 5 127.0.0.1 3000`;

const quoted = (text: string): string =>
  `"${text.replaceAll(/["\\`]/g, String.raw`\$&`).replaceAll(/\$(?!KEY\b)/g, String.raw`\$`)}"`;

const signed = (value: string): string => value.replace(/canary-key-of-the-fuzz-\w+/, '$KEY');

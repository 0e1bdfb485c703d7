import { textHash } from '../../text-hash.ts';

/** The forms of tools that a client of OpenAI's Responses runs itself. */
export type ToolForm = 'function' | 'custom' | 'tool_search';

/** A tool as the client names it. */
export type NamedTool = { form: ToolForm; name: string; namespace?: string | undefined };

/** What OpenAI's and Amazon's APIs take as the name of a function. */
const VALID = /^[a-zA-Z0-9_-]{1,64}$/;
const READABLE_CHARACTERS = 55;

/** The namespace in which OpenAI's models see plain functions. */
const DEFAULT_NAMESPACE = 'functions';

/** The client's tools by names that every endpoint takes for a function. */
export class PlainNames {
  readonly #tools = new Map<string, NamedTool>();
  readonly #names = new Map<string, string>();

  /** @param taken names of plain functions, which they keep */
  constructor(taken: readonly string[]) {
    for (const name of taken) this.#set({ form: 'function', name }, name);
  }

  /** The name of a tool as a plain function: its own, with its namespace in front if it has one. */
  plain(tool: NamedTool): string {
    const earlier = this.#names.get(keyOf(tool));
    if (earlier !== undefined) return earlier;
    const name = this.#free(wholeName(tool), keyOf(tool));
    this.#set(tool, name);
    return name;
  }

  /** The tool that a plain name stands for. */
  toolOf(name: string): NamedTool | undefined {
    return this.#tools.get(name);
  }

  #set(tool: NamedTool, name: string): void {
    this.#names.set(keyOf(tool), name);
    this.#tools.set(name, tool);
  }

  #free(wished: string, key: string): string {
    if (VALID.test(wished) && !this.#tools.has(wished)) return wished;
    const readable = wished.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, READABLE_CHARACTERS);
    for (let copy = 0; ; copy += 1) {
      const name = `${readable}_${textHash(`${key}${copy}`).toString(16)}`;
      if (!this.#tools.has(name)) return name;
    }
  }
}

const keyOf = ({ name, namespace }: NamedTool): string => JSON.stringify([namespace, name]);

const wholeName = ({ name, namespace }: NamedTool): string =>
  namespace === undefined || namespace === DEFAULT_NAMESPACE ? name : `${namespace}__${name}`;

export interface Called {
  readonly status: number;
  // Each test knows the shape of what it asks for.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
  readonly headers: Headers;
}

/** What the local runs of tests are given as the key of their own paths. */
export const LOCAL_KEY = 'key-of-a-local-run';

/**
 * Makes a function that sends a request to a local run, with the key where the path is the run's own,
 * and reads the JSON it answers.
 */
export function createCaller(
  url: string,
): (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Called> {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(path.startsWith('/_local/') && { authorization: `Bearer ${LOCAL_KEY}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, json, headers: response.headers };
  };
}

import { readFile } from 'node:fs/promises';
import { ownValue } from '../own-value.ts';
import { ControlFault, type ControlOperation } from './control-service.ts';

/**
 * Implements GetSecretValue of Secrets Manager: texts by the ARN or name of their secret, from a JSON
 * file that is read for each call. A file that does not exist has none.
 */
export function createGetSecretValue(file: string): ControlOperation {
  return async ({ SecretId }) => {
    const id = String(SecretId);
    // AWS appends a hyphen and six characters to the name of a secret in its ARN.
    const name = /:secret:(.+)-[A-Za-z0-9]{6}$/.exec(id)?.[1] ?? id;
    const secrets = await readSecrets(file);
    const text = ownValue(secrets, id) ?? ownValue(secrets, name);
    if (typeof text !== 'string') {
      throw new ControlFault(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret. Add "${name}" to ${file}.`,
      );
    }
    return { ARN: id, Name: name, SecretString: text };
  };
}

async function readSecrets(file: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

const SECRET = /^arn:[^:]+:secretsmanager:[^:]+:[^:]+:secret:(.+)$/;

/**
 * How the names of secrets begin that hold keys of an organization's providers. Another organization
 * that named such a secret would learn the key, by sending it to a server of its own.
 * @param prefix of everything that the deployment has
 */
export const secretPrefixOf = (prefix: string, organizationId: string): string =>
  `${prefix}providers/${organizationId}/`;

/** Why an organization may not use a secret, or `undefined` if it may. */
export function faultOfSecret(
  secretArn: string,
  prefix: string,
  organizationId: string,
): string | undefined {
  const start = secretPrefixOf(prefix, organizationId);
  return SECRET.exec(secretArn)?.[1]?.startsWith(start)
    ? undefined
    : `must be the ARN of a secret whose name begins with ${start}`;
}

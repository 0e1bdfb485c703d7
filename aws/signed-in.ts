import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ServiceSettings } from './json-service/client.ts';

/**
 * Region and credentials of the AWS account that is signed in on this computer. The SDK finds them
 * in the environment, in profiles and at sign-in services.
 */
export function signedIn(): Pick<ServiceSettings, 'region' | 'credentials'> {
  const { region, credentials } = new DynamoDBClient().config;
  return {
    region,
    async credentials() {
      const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
      return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
    },
  };
}

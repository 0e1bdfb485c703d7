/**
 * Client settings for a DynamoDB endpoint that checks no credentials, such as the embedded store.
 */
export const localEndpoint = (endpoint: string) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

const ISSUER = 'https://issuer.example.com';
const AUDIENCE = 'purser';

/** An identity provider that publishes its keys on this machine and signs tokens for an hour. */
export async function startTokenIssuer() {
  const keys = await generateKeyPair('ES256');
  const published = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'own', alg: 'ES256' }] };
  const server = createServer((_, answer) => answer.end(JSON.stringify(published)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    settings: { issuer: ISSUER, audience: AUDIENCE, jwksUrl: `http://127.0.0.1:${port}/keys` },
    token: (claims: JWTPayload): Promise<string> =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'own' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setExpirationTime('1h')
        .sign(keys.privateKey),
    close: () => void server.close(),
  };
}

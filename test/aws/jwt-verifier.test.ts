import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createJwtVerifier } from '../../aws/jwt-verifier.ts';

const ISSUER = 'https://issuer.example.com';
const AUDIENCE = 'purser';
const CLAIMS = { sub: 'ada', 'purser:organization': 'acme', 'purser:role': 'operator' };
const HOUR_S = 3_600;
const nowS = Math.floor(Date.now() / 1_000);

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

let server: ReturnType<typeof createServer>;
let published: unknown;
let own: Keys;
let strange: Keys;
let jwksUrl: string;
beforeAll(async () => {
  own = await generateKeyPair('ES256');
  strange = await generateKeyPair('ES256');
  published = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'ES256' }] };
  server = createServer((_, answer) => answer.end(JSON.stringify(published)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
});
afterAll(() => void server.close());

const verifier = () => createJwtVerifier({ issuer: ISSUER, audience: AUDIENCE, jwksUrl });

const signed = (changes: JWTPayload, { keys = own, kid = 'own' } = {}): Promise<string> =>
  new SignJWT({ iss: ISSUER, aud: AUDIENCE, exp: nowS + HOUR_S, ...CLAIMS, ...changes })
    .setProtectedHeader({ alg: 'ES256', kid })
    .sign(keys.privateKey);

describe('a token', () => {
  test('identifies the caller; the role caller acts only for itself', async () => {
    const verify = verifier();
    const expiresAtMs = (nowS + HOUR_S) * 1_000;
    const person = { organizationId: 'acme', actor: 'ada', expiresAtMs };
    expect(await verify(await signed({}))).toEqual({ ...person, role: 'operator' });
    expect(await verify(await signed({ 'purser:role': 'caller' }))).toEqual({
      ...person,
      role: 'caller',
      users: ['ada'],
    });
  });

  test.each<[string, JWTPayload]>([
    ['of another issuer', { iss: 'https://other.example.com' }],
    ['for another audience', { aud: 'other' }],
    ['that has expired', { exp: nowS - HOUR_S }],
    ['that never expires', { exp: undefined }],
    ['that is not valid yet', { nbf: nowS + HOUR_S }],
    ['without an organization', { 'purser:organization': undefined }],
    ['of an unknown role', { 'purser:role': 'root' }],
    ['of a person whose id would end a key', { sub: 'ada#admin' }],
  ])('%s is not valid', async (_, changes) => {
    expect(await verifier()(await signed(changes))).toBeUndefined();
  });

  test('signed by somebody else, or by nobody, is not valid', async () => {
    const verify = verifier();
    expect(await verify(await signed({}, { keys: strange }))).toBeUndefined();
    expect(await verify(await signed({}, { keys: strange, kid: 'strange' }))).toBeUndefined();
    const [, payload] = (await signed({})).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    expect(await verify(`${header}.${payload}.`)).toBeUndefined();
  });

  test('is neither valid nor not while the keys cannot be read', async () => {
    const right = published;
    for (const wrong of ['no keys', { keys: 'none' }]) {
      published = wrong;
      await expect(verifier()(await signed({}))).rejects.toThrow();
    }
    published = right;
  });
});

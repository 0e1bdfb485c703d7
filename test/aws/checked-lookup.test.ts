import { expect, it } from 'vitest';
import { checkedLookup } from '../../aws/http/checked-lookup.ts';
import { isPublicAddress } from '../../contracts/public-address.ts';

const resolved = (isAllowed: (address: string) => boolean) =>
  new Promise<unknown>((settle) => {
    checkedLookup(isAllowed)('localhost', { all: true }, (error, addresses) =>
      settle(error?.message ?? addresses),
    );
  });

it('gives connections only addresses that are allowed', async () => {
  expect(await resolved(isPublicAddress)).toBe('the host has an address that is not allowed');
  const [first] = (await resolved(() => true)) as { address: string; family: number }[];
  expect(first).toEqual({ address: '127.0.0.1', family: 4 });
});

it('refuses a name if only one of its addresses is not allowed', async () => {
  let asked = 0;
  expect(await resolved(() => (asked += 1) > 1)).toBe(
    'the host has an address that is not allowed',
  );
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { createPriceList } from '../../aws/price-list.ts';
import { readAwsList } from '../../domain/pricing/lists/aws-list.ts';
import { awsOffer, novaLite } from '../support/aws-offer.ts';
import { startReceiver } from '../support/loopback-receiver.ts';

const LIMITS = { attemptTimeoutMs: 100, pageTimeoutMs: 400 };

const page = (prices: ReturnType<typeof novaLite>, next?: string): string => {
  const { products, terms } = awsOffer(prices);
  return JSON.stringify({
    PriceList: Object.entries(products).map(([sku, product]) =>
      JSON.stringify({ product, terms: { OnDemand: terms.OnDemand[sku] } }),
    ),
    ...(next === undefined ? {} : { NextToken: next }),
  });
};

test('the products of both service codes are read to the last page', async () => {
  const receiver = await startReceiver();
  const [input, output] = novaLite('0.00007', '0.00024');
  // The two codes are read at the same time, so every answer fits both.
  receiver.answers.push(...Array<string>(2).fill(page(input ? [input] : [], 'more')));
  const second = page(output ? [output] : []).replaceAll('SKU0', 'SKU1');
  receiver.answers.push(...Array<string>(2).fill(second));
  const prices = createPriceList(localEndpoint(`http://127.0.0.1:${receiver.port}`));
  const offers = await prices.offers();
  expect(offers.map((offer) => readAwsList(offer, ['amazon.nova-lite']).listed)).toMatchObject(
    Array.from({ length: 2 }, () => [{ input: 70_000_000n, output: 240_000_000n }]),
  );
  const asked = receiver.received.map(({ body, headers }) => [
    headers['x-amz-target'],
    JSON.parse(body) as Record<string, unknown>,
  ]);
  expect(asked.map(([target]) => target)).toEqual(Array(4).fill('AWSPriceListService.GetProducts'));
  expect(new Set(asked.map(([, body]) => JSON.stringify(body)))).toEqual(
    new Set(
      ['AmazonBedrock', 'AmazonBedrockFoundationModels'].flatMap((ServiceCode) => [
        JSON.stringify({ ServiceCode, MaxResults: 100 }),
        JSON.stringify({ ServiceCode, NextToken: 'more', MaxResults: 100 }),
      ]),
    ),
  );
  await receiver.close();
});

describe('a price list that does not answer', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  const offersOf = async (answer: Parameters<typeof createServer>[1]) => {
    server = createServer(answer);
    await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const endpoint = localEndpoint(`http://127.0.0.1:${port}`);
    return createPriceList({ ...endpoint, maxAttempts: 1 }, LIMITS).offers();
  };

  test('at all is given up after the time of an attempt', async () => {
    await expect(offersOf(() => {})).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('to its end is given up after the time of a page', async () => {
    const started = performance.now();
    await expect(
      offersOf((_, response) => {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      }),
    ).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

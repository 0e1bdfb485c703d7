import { describe, expect, test } from 'vitest';
import { faultOfPublicUrl, isPublicAddress } from '../../contracts/public-address.ts';

const PUBLIC = ['8.8.8.8', '1.1.1.1', '52.94.236.248', '2606:4700::1111', '2a00:1450:4001::200e'];

const NOT_PUBLIC = {
  'this machine': ['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '::1', '::'],
  'other notations of this machine': [
    '127.1',
    '0x7f.1',
    '2130706433',
    '0177.0.0.1',
    '017700000001',
  ],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12::1'],
  'link-local, with the metadata of clouds': [
    '169.254.169.254',
    '169.254.170.2',
    'fe80::1',
    'fd00:ec2::254',
  ],
  "a carrier's": ['100.64.0.1', '100.100.100.200', '100.127.255.255'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  'reserved and for tests': [
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '240.0.0.1',
    '255.255.255.255',
    '2001:db8::1',
    '3fff::1',
    '100::1',
    'fec0::1',
  ],
  'another inside': [
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '::7f00:1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    '2001:0:7f00:1::1',
  ],
  'no address': ['', 'localhost', 'example.com', '1.2.3.4.5', '256.0.0.1', '[::1]', ' 8.8.8.8'],
};

describe('an address', () => {
  test.each(PUBLIC)('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each(Object.entries(NOT_PUBLIC))('that is %s is not public', (_, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });
});

describe('a URL to post to', () => {
  test.each([
    'https://example.com',
    'https://example.com:8443/hook?token=x',
    'https://8.8.8.8/hook',
    'https://[2606:4700::1111]/hook',
    'https://bücher.example/hook',
  ])('may be %s', (url) => {
    expect(faultOfPublicUrl(url)).toBeUndefined();
  });

  test.each([
    [
      'must be an https URL',
      ['', 'example.com', 'http://example.com', 'ftp://a.b', 'javascript:x'],
    ],
    ['must not contain credentials', ['https://u@example.com', 'https://u:p@example.com']],
    [
      'must not point to a private or reserved address',
      [
        'https://127.0.0.1',
        'https://2130706433',
        'https://0x7f.1',
        'https://0177.1',
        'https://169.254.169.254/latest/meta-data',
        'https://[::1]',
        'https://[::ffff:127.0.0.1]',
        'https://127.0.0.1.',
        'https://１２７.0.0.1',
      ],
    ],
    [
      'must name a host on the public Internet',
      [
        'https://localhost',
        'https://localhost.',
        'https://LOCALHOST:3000',
        'https://a.localhost',
        'https://db.internal',
        'https://printer.local',
        'https://intranet',
      ],
    ],
  ])('%s', (message, urls) => {
    expect(urls.map((url) => [url, faultOfPublicUrl(url)])).toEqual(
      urls.map((url) => [url, message]),
    );
  });
});

import { expect, it } from 'vitest';
import { faultsInEachScan } from '../../services/faults-in-each-scan.ts';

/** Scans that show these faults one after another. The report is the scan's number. */
function scansOf(...shown: string[][]) {
  let scans = 0;
  const scan = async () => ({ report: (scans += 1), faults: shown[scans - 1] ?? [] });
  return faultsInEachScan(scan, (fault) => fault);
}

it('scans once where nothing is wrong', async () => {
  expect(await scansOf([])).toEqual({ report: 1, faults: [] });
});

it('leaves out a fault that a later scan does not show', async () => {
  expect(await scansOf(['a', 'b'], ['b', 'c'], ['a', 'b', 'c'])).toEqual({
    report: 3,
    faults: ['b'],
  });
  expect(await scansOf(['a'], [])).toEqual({ report: 2, faults: [] });
});

const SCANS = 3;

/**
 * Scans a table again while faults are left, at most three times in all. A scan is not a snapshot, so
 * while others write it may show a fault that is already gone: only what every scan shows is reported.
 * @param textOf what makes two faults the same
 * @returns the last report, with the faults that every scan has shown
 */
export async function faultsInEachScan<Report, Fault>(
  scan: () => Promise<{ report: Report; faults: Fault[] }>,
  textOf: (fault: Fault) => string,
): Promise<{ report: Report; faults: Fault[] }> {
  let { report, faults } = await scan();
  for (let scans = 1; scans < SCANS && faults.length > 0; scans += 1) {
    const before = new Set(faults.map(textOf));
    const again = await scan();
    report = again.report;
    faults = again.faults.filter((fault) => before.has(textOf(fault)));
  }
  return { report, faults };
}

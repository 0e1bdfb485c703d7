/** Latitude and longitude of each region's city, in degrees. A tenth of the globe more or less never changes an order. */
const CITIES: ReadonlyMap<string, readonly [latitude: number, longitude: number]> = new Map([
  ['us-east-1', [38.9, -77.4]],
  ['us-east-2', [40.0, -83.0]],
  ['us-west-1', [37.4, -121.9]],
  ['us-west-2', [45.8, -119.7]],
  ['us-gov-east-1', [40.0, -83.0]],
  ['us-gov-west-1', [45.8, -119.7]],
  ['ca-central-1', [45.5, -73.6]],
  ['ca-west-1', [51.0, -114.1]],
  ['mx-central-1', [20.6, -100.4]],
  ['sa-east-1', [-23.5, -46.6]],
  ['eu-west-1', [53.3, -6.3]],
  ['eu-west-2', [51.5, -0.1]],
  ['eu-west-3', [48.9, 2.4]],
  ['eu-central-1', [50.1, 8.7]],
  ['eu-central-2', [47.4, 8.5]],
  ['eu-north-1', [59.3, 18.1]],
  ['eu-south-1', [45.5, 9.2]],
  ['eu-south-2', [41.6, -0.9]],
  ['il-central-1', [32.1, 34.8]],
  ['me-south-1', [26.2, 50.6]],
  ['me-central-1', [24.5, 54.4]],
  ['af-south-1', [-33.9, 18.4]],
  ['ap-south-1', [19.1, 72.9]],
  ['ap-south-2', [17.4, 78.5]],
  ['ap-southeast-1', [1.3, 103.8]],
  ['ap-southeast-2', [-33.9, 151.2]],
  ['ap-southeast-3', [-6.2, 106.8]],
  ['ap-southeast-4', [-37.8, 145.0]],
  ['ap-southeast-5', [3.1, 101.7]],
  ['ap-southeast-7', [13.8, 100.5]],
  ['ap-east-1', [22.3, 114.2]],
  ['ap-east-2', [25.0, 121.5]],
  ['ap-northeast-1', [35.7, 139.7]],
  ['ap-northeast-2', [37.6, 127.0]],
  ['ap-northeast-3', [34.7, 135.5]],
]);

const RADIANS = Math.PI / 180;

/**
 * How far two regions are apart, in radians along a great circle (0 to π). Places that are not known
 * are as far away as can be, unless both have the same name. An endpoint without a region is near.
 */
export function distanceBetween(one: string | undefined, other: string | undefined): number {
  if (one === other || one === undefined || other === undefined) return 0;
  const [from, to] = [CITIES.get(one), CITIES.get(other)];
  if (!from || !to) return Math.PI;
  const [latitude, otherLatitude] = [from[0] * RADIANS, to[0] * RADIANS];
  const difference = (from[1] - to[1]) * RADIANS;
  const cosine =
    Math.sin(latitude) * Math.sin(otherLatitude) +
    Math.cos(latitude) * Math.cos(otherLatitude) * Math.cos(difference);
  return Math.acos(Math.min(Math.max(cosine, -1), 1));
}

import { RemovalPolicy } from 'aws-cdk-lib';
import type { PurserConfig } from '../config.ts';

/**
 * What becomes of data when its stack is deleted. A first deployment that fails deletes what it
 * created even if data is kept otherwise, because its fixed names would block the next attempt.
 */
export const removalPolicyOf = ({ retainData }: PurserConfig): RemovalPolicy =>
  retainData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;

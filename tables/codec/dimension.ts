import { isDimension } from '../../domain/reporting/dimensions.ts';
import { scalar } from './attributes.ts';

/** The dimension that costs are grouped by: a fixed one or a tag. */
export const dimension = scalar('dimension', 'a dimension', isDimension);

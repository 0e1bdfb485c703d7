import { isDimension } from '../../domain/reporting/dimensions.ts';
import { scalar } from './attributes.ts';

/** What costs are grouped by: a fixed dimension or a tag. */
export const dimension = scalar('dimension', 'a dimension', isDimension);

import * as z from 'zod';

/** In answers: what people call a scope, if it has a display name. */
export const displayNameText = z.string().meta({
  description: 'What people call it, if it has a display name',
  example: 'Human Resources',
});

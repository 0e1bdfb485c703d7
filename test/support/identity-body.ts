/** Settings that do not affect requests that name a department. */
export const identityBody = {
  comparison: 'folded',
  defaultDepartmentId: 'lab',
  requireDepartment: false,
};

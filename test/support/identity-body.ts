/** Settings that change nothing for requests that name a department. */
export const identityBody = {
  comparison: 'folded',
  defaultDepartmentId: 'lab',
  requireDepartment: false,
};

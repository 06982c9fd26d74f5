/** A report for other programs. */
export const toJson = (months) => `${JSON.stringify(months, null, 2)}\n`;

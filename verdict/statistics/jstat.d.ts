/** What is used of jStat, which has no types of its own. */
declare module "jstat" {
  interface StudentT {
    /** Value below which a share of the distribution lies. */
    inv(share: number, degreesOfFreedom: number): number;
    /** Share of the distribution below a value. */
    cdf(value: number, degreesOfFreedom: number): number;
  }
  const jstat: { jStat: { studentt: StudentT } };
  export default jstat;
}

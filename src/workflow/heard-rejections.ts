/**
 * The same object, whose promises may be left alone: that a body did not await a call is told by the run's failure, and must not end the
 * whole process as an unhandled rejection.
 */
export function withHeardRejections<Target extends object>(target: Target): Target {
  return new Proxy(target, {
    get(owner, key) {
      const own: unknown = Reflect.get(owner, key, owner);
      if (typeof own !== "function") return own;
      return (...args: readonly unknown[]): unknown => {
        const given: unknown = Reflect.apply(own, owner, args);
        if (given instanceof Promise) given.catch(() => undefined);
        return given;
      };
    },
  });
}

// Two histories to begin with, written by hand: what a healthy register looks like, and one with a stale read.

export const HEALTHY = `; Three clients of one register. Whoever overlaps may be put in either order.
{:process 0, :type :invoke, :f :write, :value 1}
{:process 1, :type :invoke, :f :read,  :value nil}
{:process 0, :type :ok,     :f :write, :value 1}
{:process 2, :type :invoke, :f :write, :value 2}
{:process 1, :type :ok,     :f :read,  :value 1}
{:process 0, :type :invoke, :f :read,  :value nil}
{:process 1, :type :invoke, :f :cas,   :value [2 3]}
{:process 0, :type :ok,     :f :read,  :value 1}
{:process 2, :type :ok,     :f :write, :value 2}
{:process 0, :type :invoke, :f :read,  :value nil}
{:process 1, :type :ok,     :f :cas,   :value [2 3]}
{:process 2, :type :invoke, :f :write, :value 4}
{:process 0, :type :ok,     :f :read,  :value 3}
{:process 1, :type :invoke, :f :read,  :value nil}
{:process 1, :type :ok,     :f :read,  :value 3}
; Nobody ever learned what came of this one. The next read shows that it took effect.
{:process 2, :type :info,   :f :write, :value 4}
{:process 0, :type :invoke, :f :read,  :value nil}
{:process 0, :type :ok,     :f :read,  :value 4}
`;

export const STALE = `; A write of 2 has returned before the last read begins, and still that read returns 1.
{:process 0, :type :invoke, :f :write, :value 1}
{:process 0, :type :ok,     :f :write, :value 1}
{:process 1, :type :invoke, :f :read,  :value nil}
{:process 2, :type :invoke, :f :write, :value 2}
{:process 1, :type :ok,     :f :read,  :value 1}
{:process 0, :type :invoke, :f :read,  :value nil}
{:process 2, :type :ok,     :f :write, :value 2}
{:process 0, :type :ok,     :f :read,  :value 2}
{:process 1, :type :invoke, :f :read,  :value nil}
{:process 0, :type :invoke, :f :write, :value 3}
{:process 1, :type :ok,     :f :read,  :value 1}
{:process 0, :type :ok,     :f :write, :value 3}
{:process 2, :type :invoke, :f :read,  :value nil}
{:process 2, :type :ok,     :f :read,  :value 3}
`;

(* Sharpness and entropy of deep linear networks.  proofs/sharpness.md *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices families learning.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Sharpness.
Variables (R : realFieldType) (I J : finType) (a : I -> R) (b : J -> R) (dx dy n m : nat).
Variables (x : I -> 'cV[R]_dx) (e : J -> 'cV[R]_dy) (A : 'M[R]_(dy, n)) (B : 'M[R]_(m, dx)).
Variables (V : 'M[R]_(dy, dx)).

(* L is an exact quadratic polynomial in W: second difference in the direction H is 2 |A H B x|^2 *)
Lemma second_difference (W H : 'M[R]_(n, m)) i (y : 'cV[R]_dy) :
  N (A *m (W + H) *m B *m x i - y) + N (A *m (W - H) *m B *m x i - y) - 2 * N (A *m W *m B *m x i - y)
    = 2 * N (A *m H *m (B *m x i)).
Proof.
rewrite mulmxDr mulmxBr !mulmxDl !mulNmx !mulmxA.
set f := A *m W *m B *m x i; set h := A *m H *m B *m x i.
rewrite (_ : f + h - y = (f - y) + h) 1?addrAC // (_ : f - h - y = (f - y) - h) 1?addrAC //.
by rewrite ND (NB (f - y) h); move: (N (f - y)) <<f - y, h>> (N h) => ? ? ?; ring.
Qed.
(* so the trace of the Hessian of E l in W is the sum over the unit matrices H = E_ab of 2 E|A H B x|^2 *)
Definition trace_hessian : R := \sum_c \sum_d \sum_i a i * (2 * N (A *m delta_mx c d *m (B *m x i))).

Lemma sum_unit (v : 'cV[R]_m) : \sum_c \sum_d N (A *m delta_mx c d *m v) = N A * N v.
Proof.
have -> : N A = \sum_c N (col c A).
  rewrite /ip /= frobE; apply: eq_bigr => c _; rewrite frobE big_ord1.
  by apply: eq_bigr => k _; rewrite !mxE.
have -> : N v = \sum_d v d 0 ^+ 2 by rewrite /ip /= frobE big_ord1; apply: eq_bigr => d _; rewrite expr2.
rewrite mulr_suml; apply: eq_bigr => c _; rewrite mulr_sumr; apply: eq_bigr => d _.
have -> : A *m delta_mx c d *m v = v d 0 *: col c A.
  rewrite -mulmxA; apply/matrixP => k l; rewrite !mxE (bigD1 c) //= big1 => [|j jc].
    rewrite addr0 mxE (bigD1 d) //= big1 => [|j jd]; first by rewrite mxE !eqxx mul1r addr0 ord1 mulrC.
    by rewrite mxE (negPf jd) andbF mul0r.
  by rewrite mxE big1 ?mulr0 // => j' _; rewrite mxE (negPf jc) mul0r.
by rewrite NZ mulrC.
Qed.

(* tr Hess_W L = 2 |A|^2 tr(B Sx B^T), where tr(B Sx B^T) = E|B x|^2 *)
Theorem trace_hessianE : trace_hessian = 2 * N A * \sum_i a i * N (B *m x i).
Proof.
rewrite /trace_hessian (eq_bigr (fun c => \sum_i \sum_d a i * (2 * N (A *m delta_mx c d *m (B *m x i))))).
  rewrite exchange_big /= mulr_sumr; apply: eq_bigr => i _.
  rewrite (_ : 2 * N A * (a i * N (B *m x i)) = a i * (2 * (N A * N (B *m x i)))); last by ring.
  rewrite -sum_unit !mulr_sumr; apply: eq_bigr => c _; rewrite !mulr_sumr; exact: eq_bigr.
by move=> c _; rewrite exchange_big.
Qed.

(* isotropic noise E[e e^T] = s2 I: sum_j b_j |A^T e_j|^2 = s2 |A|^2 *)
Variable s2 : R.
Hypothesis isotropic : \sum_j b j *: (e j *m (e j)^T) = s2%:M.
Lemma isotropic_noise : \sum_j b j * N (A^T *m e j) = s2 * N A.
Proof.
have h j : b j * N (A^T *m e j) = <<A, (b j *: (e j *m (e j)^T)) *m A>>.
  by rewrite -scalemxAl ipZr; congr (_ * _); rewrite ip_mull trmxK [RHS]ipC -mulmxA ip_mulr trmx_mul trmxK.
by rewrite (eq_bigr _ (fun j _ => h j)) -ip_sumr -mulmx_suml isotropic mul_scalar_mx ipZr.
Qed.
(* sharpness/isotropic-noise-flattens: 1/4 E|g_W|^2 = (sigma^2/2) tr Hess_W L, layer by layer, at every *)
(* global minimum, with the gradients g_W = -2 A^T e (B x)^T of platonic.v, |g_W|^2 = 4 |A^T e|^2 |B x|^2 *)
Theorem isotropic_noise_flattens :
  1 / 4%:R * (\sum_i \sum_j a i * b j * (4%:R * (N (A^T *m e j) * N (B *m x i)))) = s2 / 2 * trace_hessian.
Proof.
rewrite trace_hessianE (_ : s2 / 2 * _ = (s2 * N A) * \sum_i a i * N (B *m x i)); last by field.
rewrite -isotropic_noise [LHS]mulr_sumr [RHS]mulr_sumr; apply: eq_bigr => i _.
by rewrite [LHS]mulr_sumr [RHS]mulr_suml; apply: eq_bigr => j _; field.
Qed.
End Sharpness.

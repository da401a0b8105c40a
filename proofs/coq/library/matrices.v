(* Matrices: the Frobenius norm, curves of matrices, the inverse of a matrix near the identity. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Matrices.
Variable R : realFieldType.

Lemma mx11_ip n (u : 'rV[R]_n) (v : 'cV[R]_n) : (u *m v) 0 0 = <<u^T, v>>.
Proof. by rewrite /ip /= /frob trmxK /mxtrace big_ord1. Qed.

(* the Frobenius norm is submultiplicative *)
Lemma N_mul m n q (X : 'M[R]_(m, n)) (Y : 'M[R]_(n, q)) : N (X *m Y) <= N X * N Y.
Proof.
have -> : N X = \sum_i N (row i X)^T.
  rewrite /ip /= frobE exchange_big; apply: eq_bigr => i _.
  by rewrite frobE big_ord1; apply: eq_bigr => k _; rewrite !mxE.
have -> : N Y = \sum_j N (col j Y).
  rewrite /ip /= frobE; apply: eq_bigr => j _.
  by rewrite frobE big_ord1; apply: eq_bigr => k _; rewrite !mxE.
rewrite /ip /= frobE exchange_big /= mulr_suml; apply: ler_sum => i _.
rewrite mulr_sumr; apply: ler_sum => j _.
have -> : (X *m Y) i j = <<(row i X)^T, col j Y>>.
  rewrite -mx11_ip !mxE; apply: eq_bigr => k _; by rewrite !mxE.
exact: CS.
Qed.

Lemma ip_mull m n q (X : 'M[R]_(m, n)) (Y : 'M[R]_(n, q)) Z : <<X *m Y, Z>> = <<Y, X^T *m Z>>.
Proof. by rewrite /ip /= /frob trmx_mul mulmxA. Qed.
Lemma ip_mulr m n q (X : 'M[R]_(m, n)) (Y : 'M[R]_(n, q)) Z : <<X *m Y, Z>> = <<X, Z *m Y^T>>.
Proof. by rewrite /ip /= /frob trmx_mul -mulmxA mxtrace_mulC mulmxA. Qed.
Lemma ip_tr m n (X Y : 'M[R]_(m, n)) : <<X^T, Y^T>> = <<X, Y>>.
Proof. by rewrite /ip /= /frob trmxK mxtrace_mulC -[RHS]mxtrace_tr trmx_mul trmxK. Qed.

Lemma vel_mull m n q (M : R -> 'M[R]_(m, n)) X (Y : 'M[R]_(n, q)) :
  vel M X -> vel (fun t => M t *m Y) (X *m Y).
Proof.
move=> MX; have := loM (N_ge0 Y) MX; apply: lo_le; apply: smallT => t.
by rewrite scalemxAl -!mulmxBl mulrC; apply: N_mul.
Qed.
Lemma vel_mulr m n q (M : R -> 'M[R]_(n, q)) X (Y : 'M[R]_(m, n)) :
  vel M X -> vel (fun t => Y *m M t) (Y *m X).
Proof.
move=> MX; have := loM (N_ge0 Y) MX; apply: lo_le; apply: smallT => t.
by rewrite scalemxAr -!mulmxBr; apply: N_mul.
Qed.
Lemma vel_tr m n (M : R -> 'M[R]_(m, n)) X : vel M X -> vel (fun t => (M t)^T) X^T.
Proof.
move=> MX; apply: lo_le MX; apply: smallT => t.
by rewrite -linearZ -!linearB /= ip_tr.
Qed.

(* A matrix near the identity is invertible, and the inverse has the velocity -X. *)
Lemma unit_near1 n (M : R -> 'M[R]_n) X : M 0 = 1%:M -> vel M X -> small (fun t => M t \in unitmx).
Proof.
move=> M0 /vel_bo[C C0 hC]; have h0 : 0 < C^-1 / 2 by rewrite divr_gt0 ?invr_gt0 ?ltr0n.
apply: small_impl (small_and hC (small_le h0)) => t []; rewrite M0 => hE ht.
rewrite -row_free_unit -kermx_eq0; apply/eqP/row_matrixP => i; rewrite row0.
set v := row i _; have vM : v *m M t = 0 by rewrite -row_mul mulmx_ker row0.
apply: N_eq0; apply/le_anti; rewrite N_ge0 andbT leNgt; apply/negP => v0.
have : N v <= N v * N (M t - 1%:M).
  by apply: le_trans (N_mul _ _); rewrite mulmxBr vM mulmx1 sub0r NN.
rewrite leNgt => /negP[]; rewrite gtr_pmulr //; apply: le_lt_trans hE _.
apply: le_lt_trans (_ : C * (C^-1 / 2) < 1); first by rewrite ler_pmul2l.
by rewrite mulrA divff ?lt0r_neq0 // div1r invf_lt1 ?ltr0n ?ltr1n.
Qed.

Lemma vel_invmx n (M : R -> 'M[R]_n) X : M 0 = 1%:M -> vel M X -> vel (fun t => invmx (M t)) (- X).
Proof.
move=> M0 MX; have [C C0 hC] := vel_bo MX; have bE := vel_bo MX; rewrite M0 in hC bE.
have h0 : 0 < C^-1 / 4%:R by rewrite divr_gt0 ?invr_gt0 ?ltr0n.
have N1 : 0 <= 4%:R * N (1%:M : 'M[R]_n) by rewrite mulr_ge0 ?ler0n ?N_ge0.
have NI : small (fun t => N (invmx (M t)) <= 4%:R * N (1%:M : 'M[R]_n)).
  apply: small_impl (small_and (unit_near1 M0 MX) (small_and hC (small_le h0))) => t [uM [hE ht]].
  have E4 : N (M t - 1%:M) <= 4%:R^-1.
    apply: le_trans hE _; rewrite (_ : 4%:R^-1 = C * (C^-1 / 4%:R)) ?ler_pmul2l //.
    by field; rewrite lt0r_neq0.
  have hI : invmx (M t) = 1%:M - (M t - 1%:M) *m invmx (M t).
    by rewrite mulmxBl mulmxV // mul1mx opprB addrC subrK.
  have h2 : N (invmx (M t)) <= 2 * N (1%:M : 'M[R]_n) + N (invmx (M t)) / 2.
    rewrite [X in N X <= _]hI; apply: le_trans (ND_le _ _) _; rewrite ler_add2l NN.
    apply: le_trans (ler_wpmul2l (ler0n R 2) (N_mul _ _)) _.
    apply: le_trans (ler_wpmul2l (ler0n R 2) (ler_wpmul2r (N_ge0 _) E4)) _.
    by rewrite le_eqVlt; apply/orP; left; apply/eqP; field.
  move: h2; rewrite -ler_subl_addr (_ : _ - _ = N (invmx (M t)) / 2); last by field.
  by rewrite ler_pdivr_mulr ?ltr0n // (_ : _ * _ * 2 = 4%:R * N (1%:M : 'M[R]_n)) //; ring.
have bE2 := bo_mul (fun t => N_ge0 (M t - 1%:M)) (fun t => N_ge0 (M t - 1%:M)) bE bE.
have := loD (loM (ler0n R 2) MX) (loM (ler0n R 2) (loM N1 bE2)).
apply: lo_le; apply: small_impl (small_and (unit_near1 M0 MX) NI) => t [uM hN].
rewrite M0 invmx1 scalerN opprK; set E := M t - 1%:M.
have -> : invmx (M t) - 1%:M + t *: X = - (E - t *: X) + E *m E *m invmx (M t).
  have EI : E *m invmx (M t) = 1%:M - invmx (M t) by rewrite mulmxBl mulmxV // mul1mx.
  rewrite -mulmxA EI mulmxBr mulmx1 EI; clearbody E.
  by rewrite !opprB [RHS]addrA subrK addrC.
apply: le_trans (ND_le _ _) _; rewrite NN ler_add2l ler_pmul2l ?ltr0n //.
rewrite [X in _ <= X]mulrC; apply: le_trans (N_mul _ _) _.
by apply: ler_pmul => //; rewrite ?N_ge0 ?N_mul.
Qed.
End Matrices.

(* The natural logarithm, by the two properties that are used of it. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* Over the real numbers ln is the only such function: by the first property it is determined by its values  *)
(* near 1, and by both (x - 1)/x <= ln x <= x - 1 there, so that its derivative at 1 is 1.                    *)
Record logarithm (R : realFieldType) (ln : R -> R) := Logarithm {
  ln_mul : forall x y, 0 < x -> 0 < y -> ln (x * y) = ln x + ln y;
  ln_le : forall x, 0 < x -> ln x <= x - 1 }.

Section Logarithm.
Variables (R : realFieldType) (ln : R -> R).
Hypothesis lnP : logarithm ln.
Implicit Types (x y : R).

Lemma ln1 : ln 1 = 0.
Proof. by have := ln_mul lnP (@ltr01 R) (@ltr01 R); rewrite mulr1 => e; apply: (addrI (ln 1)); rewrite addr0 -e. Qed.
Lemma ln_inv x : 0 < x -> ln x^-1 = - ln x.
Proof.
move=> x0; apply/eqP; rewrite -subr_eq0 opprK addrC -ln_mul // ?invr_gt0 //.
by rewrite divff ?lt0r_neq0 // ln1.
Qed.
Lemma ln_div x y : 0 < x -> 0 < y -> ln (x / y) = ln x - ln y.
Proof. by move=> x0 y0; rewrite ln_mul ?invr_gt0 // ln_inv. Qed.
Lemma ln_exp x n : 0 < x -> ln (x ^+ n) = n%:R * ln x.
Proof.
move=> x0; elim: n => [|n IH]; first by rewrite expr0 ln1 mul0r.
by rewrite exprS ln_mul ?exprn_gt0 // IH -addn1 natrD mulrDl mul1r addrC.
Qed.
Lemma ln_prod (I : Type) (r : seq I) (P : pred I) (f : I -> R) : (forall i, 0 < f i) ->
  ln (\prod_(i <- r | P i) f i) = \sum_(i <- r | P i) ln (f i).
Proof.
move=> f0; elim: r => [|i r IH]; first by rewrite !big_nil ln1.
by rewrite !big_cons; case: ifP => // _; rewrite ln_mul ?IH // prodr_gt0.
Qed.
Lemma ln_lt0 x : 0 < x -> x < 1 -> ln x < 0.
Proof. by move=> x0 x1; apply: le_lt_trans (ln_le lnP x0) _; rewrite subr_lt0. Qed.
Lemma ln_gt0 x : 1 < x -> 0 < ln x.
Proof.
move=> x1; have x0 := lt_trans (@ltr01 R) x1.
by rewrite -oppr_lt0 -ln_inv // ln_lt0 ?invr_gt0 ?invf_lt1.
Qed.
Lemma ln_lt x y : 0 < x -> x < y -> ln x < ln y.
Proof.
move=> x0 xy; have y0 := lt_trans x0 xy.
by rewrite -subr_gt0 -ln_div // ln_gt0 // ltr_pdivl_mulr // mul1r.
Qed.
Lemma ln_mono x y : 0 < x -> 0 < y -> (ln x <= ln y) = (x <= y).
Proof.
move=> x0 y0; have [xy|yx] := leP x y; last by apply/negbTE; rewrite -ltNge ln_lt.
by have [<-|ne] := eqVneq x y; rewrite ?lexx // ltW // ln_lt // lt_neqAle ne.
Qed.
Lemma ln_mono_lt x y : 0 < x -> 0 < y -> (ln x < ln y) = (x < y).
Proof. by move=> x0 y0; rewrite !ltNge ln_mono. Qed.
Lemma ln_inj x y : 0 < x -> 0 < y -> ln x = ln y -> x = y.
Proof. by move=> x0 y0 e; apply/le_anti; rewrite -(ln_mono x0 y0) -(ln_mono y0 x0) e lexx. Qed.
End Logarithm.

Section Jensen.
Variables (R : rcfType) (ln : R -> R).
Hypothesis lnP : logarithm ln.

Lemma ln_lt_strict x : 0 < x -> x != 1 -> ln x < x - 1.
Proof.
move=> x0 x1; have y0 : 0 < Num.sqrt x by rewrite sqrtr_gt0.
have xE : x = Num.sqrt x ^+ 2 by rewrite sqr_sqrtr // ltW.
have y1 : Num.sqrt x - 1 != 0 by rewrite subr_eq0; apply: contraNneq x1 => e; rewrite xE e expr1n.
have h := ler_wpmul2l (ler0n R 2) (ln_le lnP y0); rewrite -(ln_exp lnP) // -xE in h.
apply: le_lt_trans h _.
have -> : x - 1 = 2 * (Num.sqrt x - 1) + (Num.sqrt x - 1) ^+ 2 by rewrite {1}xE; move: (Num.sqrt x) => y; ring.
by rewrite ltr_addl lt0r sqr_ge0 andbT expf_neq0.
Qed.

(* E ln X = 0 for X > 0: then E X >= 1, with equality only for X = 1 *)
Lemma mean_ge1 (Om : finType) (P X : Om -> R) : (forall o, 0 < P o) -> \sum_o P o = 1 -> (forall o, 0 < X o) ->
  \sum_o P o * ln (X o) = 0 -> 1 <= \sum_o P o * X o ?= iff [forall o, X o == 1].
Proof.
move=> P0 P1 X0 e; have d : \sum_o P o * X o - 1 = \sum_o P o * (X o - 1 - ln (X o)).
  rewrite [RHS](eq_bigr (fun o => P o * X o - P o - P o * ln (X o))) => [|o _]; last first.
    by move: (ln (X o)) (X o) (P o) => *; ring.
  by rewrite !sumrB P1 e subr0.
have n0 o : 0 <= P o * (X o - 1 - ln (X o)) by rewrite mulr_ge0 ?subr_ge0 ?(ltW (P0 o)) // (ln_le lnP).
split; first by rewrite -subr_ge0 d sumr_ge0.
rewrite eq_sym -subr_eq0 d psumr_eq0 //; apply/allP/forallP => [h o|h o _].
  have := h o; rewrite mem_index_enum => /(_ isT); rewrite implyTb mulf_eq0 (gt_eqF (P0 o)) /= subr_eq0 eq_sym.
  by apply: contraTT => /(ln_lt_strict (X0 o)) lt; rewrite lt_eqF.
by rewrite implyTb (eqP (h o)) (ln1 lnP) subrr subr0 mulr0.
Qed.
End Jensen.

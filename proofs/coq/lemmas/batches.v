(* The mean of a quadratic charge over all batches, drawn without replacement. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Equipartition.library Require Import inner_product derivatives matrices families learning complete.
From Equipartition.statements Require Import noether noise_equilibrium.
From Equipartition.lemmas Require noether entropic_loss.
From Equipartition.lemmas Require Import orbits.
Module E := Equipartition.lemmas.entropic_loss.
Module L := Equipartition.lemmas.noether.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma quarter_div (R : realFieldType) (a b c : R) : (1 / 4%:R * a - 1 / 4%:R * b) / c = 1 / 4%:R * (a / c) - 1 / 4%:R * (b / c).
Proof. by move: c^-1 (1 / 4%:R) => *; ring. Qed.
Lemma quarter_identity (R : realFieldType) (a b s t k m : R) : 1 / 4%:R * (a + k * (s / m - a)) - 1 / 4%:R * (b + k * (t / m - b))
  = 1 / 4%:R * a - 1 / 4%:R * b + k * ((1 / 4%:R * s - 1 / 4%:R * t) / m - (1 / 4%:R * a - 1 / 4%:R * b)).
Proof. by move: m^-1 (1 / 4%:R) => *; ring. Qed.

Section Batches.
Variables (R : realFieldType) (V : eucl R) (n B : nat) (A : V -> V).
Hypotheses (linA : linear_map A) (symA : self_adjoint A) (B0 : (0 < B)%N) (Bn : (B <= n)%N).
Implicit Types (g : 'I_n -> V) (v : V).
Let n0 : n%:R != 0 :> R. Proof. by rewrite pnatr_eq0 -lt0n (leq_trans B0). Qed.
Let A_scale a v : A (a *: v) = a *: A v. Proof. by case: linA. Qed.
Let A_add v w : A (v + w) = A v + A w. Proof. by case: linA. Qed.
Let A_sum (I : finType) (P : pred I) (f : I -> V) : A (\sum_(i | P i) f i) = \sum_(i | P i) A (f i).
Proof.
apply: (big_morph A A_add); have := A_scale 0 0; by rewrite !scale0r.
Qed.

Lemma batches_neq0 : #|batches n B|%:R != 0 :> R.
Proof. by rewrite card_draws card_ord pnatr_eq0 -lt0n bin_gt0. Qed.

Lemma polarised v : charge A v = 1 / 4%:R * (N (v + A v) - N (v - A v)).
Proof. by rewrite ND NB /charge; move: (N v) <<v, A v>> (N (A v)) => *; field. Qed.
Lemma spreadE g : spread g (charge A) = (\sum_z charge A (g z)) / n%:R - charge A (mean_of g).
Proof.
set m := mean_of g; have s : \sum_z g z = n%:R *: m by rewrite /m /mean_of scalerA divff // scale1r.
have e z : charge A (g z - m) = charge A (g z) - 2 * <<g z, A m>> + charge A m.
  have := L.C_comb A_add A_scale symA 1 (-1) (g z) m; rewrite scale1r scaleN1r /L.C -/(charge A _) => ->.
  by rewrite -/(charge A _) symA /charge; move: <<_, _>> <<_, _>> <<_, _>> => *; ring.
rewrite /spread -/m (eq_bigr _ (fun z _ => e z)) big_split sumrB /= -mulr_sumr -ip_suml s ipZl sumr_const card_ord -mulr_natl.
by rewrite /charge; move: <<m, A m>> (\sum_z _) => *; field.
Qed.

Lemma batch_mean g : (\sum_(b in batches n B) charge A (B%:R^-1 *: \sum_(z in b) g z)) / #|batches n B|%:R
  = charge A (mean_of g) + kappa R n B * spread g (charge A).
Proof.
have [n1|n1] := leqP n 1.
  have nE : n = 1%N by apply/eqP; rewrite eqn_leq n1 (leq_trans B0).
  have BE : B = n by apply/eqP; rewrite eqn_leq Bn nE.
  have bn := batches_neq0; rewrite /kappa [in RHS]BE subrr mul0r mul0r addr0 (eq_bigr (fun=> charge A (mean_of g))) => [|b].
    by rewrite sumr_const -[X in X / _ = _]mulr_natr mulfK.
  rewrite inE => /eqP cb; have -> : b = setT by apply/eqP; rewrite eqEcard subsetT cardsT card_ord cb BE leqnn.
  by rewrite BE; congr (charge A (_ *: _)); apply: eq_bigl => z; rewrite inE.
pose f s z := g z + s *: A (g z).
have fB s (b : {set 'I_n}) : B%:R^-1 *: (\sum_(z in b) f s z) = B%:R^-1 *: (\sum_(z in b) g z) + s *: A (B%:R^-1 *: (\sum_(z in b) g z)).
  by rewrite /f big_split /= -scaler_sumr -A_sum scalerDr A_scale !scalerA (mulrC s).
have fm s : n%:R^-1 *: (\sum_z f s z) = mean_of g + s *: A (mean_of g).
  by rewrite /mean_of /f big_split /= -scaler_sumr -A_sum scalerDr A_scale !scalerA (mulrC s).
have h s := E.minibatch (f s) n1 B0 Bn.
have pol v : charge A v = 1 / 4%:R * N (v + 1 *: A v) - 1 / 4%:R * N (v + (-1) *: A v).
  by rewrite scale1r scaleN1r polarised mulrBr.
rewrite (eq_bigr (fun b : {set 'I_n} => 1 / 4%:R * N (B%:R^-1 *: (\sum_(z in b) f 1 z)) - 1 / 4%:R * N (B%:R^-1 *: (\sum_(z in b) f (-1) z)))) => [|b _]; last first.
  by rewrite !fB pol.
rewrite sumrB -!mulr_sumr quarter_div.
have hh s : (\sum_(b in batches n B) N (B%:R^-1 *: (\sum_(z in b) f s z))) / #|batches n B|%:R
    = N (mean_of g + s *: A (mean_of g)) + kappa R n B * ((\sum_z N (f s z)) / n%:R - N (mean_of g + s *: A (mean_of g))).
  by rewrite -fm; apply: h.
rewrite !hh spreadE (pol (mean_of g)).
have -> : \sum_z charge A (g z) = 1 / 4%:R * (\sum_z N (f 1 z)) - 1 / 4%:R * (\sum_z N (f (-1) z)).
  by rewrite !mulr_sumr -sumrB; apply: eq_bigr => z _; rewrite pol.
exact: quarter_identity.
Qed.

Lemma drift_batches g x eta gamma : (forall z, <<A x, g z>> = 0) ->
  drift B g (charge A) x eta gamma = eta * (eta * kappa R n B * spread g (charge A) - 4%:R * gamma * charge A x)
    + eta ^+ 2 * charge A (mean_of g + (2 * gamma) *: x).
Proof.
move=> o; have om : <<A x, mean_of g>> = 0 by rewrite ipZr ip_sumr big1 ?mulr0.
rewrite /drift (eq_bigr (fun b : {set 'I_n} => (1 - 2 * eta * gamma) ^+ 2 * charge A x + eta ^+ 2 * charge A (B%:R^-1 *: \sum_(z in b) g z))); last first.
  move=> b _; apply: (L.sgd_charge A_add A_scale symA eta gamma).
  by rewrite ipZr ip_sumr big1 ?mulr0.
rewrite big_split /= sumr_const -(mulr_natr ((1 - 2 * eta * gamma) ^+ 2 * charge A x)) -mulr_sumr mulrDl mulfK ?batches_neq0 // -(mulrA (eta ^+ 2)) batch_mean.
have -> : charge A (mean_of g + (2 * gamma) *: x) = charge A (mean_of g) + 4%:R * gamma ^+ 2 * charge A x.
  have := L.C_comb A_add A_scale symA 1 (2 * gamma) (mean_of g) x; rewrite scale1r /L.C -/(charge A _) => ->.
  by rewrite symA (ipC (mean_of g) (A x)) om -/(charge A (mean_of g)) -/(charge A x); move: (charge A x) (charge A (mean_of g)) => *; ring.
by move: (charge A x) (charge A (mean_of g)) (kappa R n B) (spread _ _) => *; ring.
Qed.
End Batches.

Lemma kappa_neq (R : realFieldType) n B B' : (0 < B)%N -> (B < B')%N -> (B' <= n)%N -> kappa R n B != kappa R n B'.
Proof.
move=> B0 BB Bn; have m0 : n.-1%:R != 0 :> R by rewrite pnatr_eq0; lia.
have b0 : B%:R != 0 :> R by rewrite pnatr_eq0; lia.
have b1 : B'%:R != 0 :> R by rewrite pnatr_eq0; lia.
have n0 : n%:R != 0 :> R by rewrite pnatr_eq0; lia.
rewrite -subr_eq0 (_ : _ - _ = n%:R * (B'%:R - B%:R) / (B%:R * B'%:R * n.-1%:R)); last first.
  by rewrite /kappa; move: (n.-1%:R) (n%:R) (B%:R) (B'%:R) m0 b0 b1 => *; field; apply/and3P.
rewrite !mulf_neq0 ?invr_neq0 ?mulf_neq0 // subr_eq0 eqr_nat; lia.
Qed.

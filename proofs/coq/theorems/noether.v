(* The conserved charges: each theorem proves the statement of its name in statements/noether.v. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices families learning complete.
From Equipartition.statements Require Import noether.
From Equipartition.lemmas Require balance noether.
Module B := Equipartition.lemmas.balance.
Module L := Equipartition.lemmas.noether.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma orthogonal (R : realFieldType) (V : eucl R) (Z : finType) (l : Z -> V -> R) g (A At : V -> V) x (b : Z -> R) :
  generates l g A At x -> <<A x, \sum_z b z *: g z x>> = 0.
Proof.
move=> [K [Ks [fam gr sym]]]; rewrite ip_sumr big1 // => z _.
by rewrite ipZr (B.infinitesimal fam gr sym) mulr0.
Qed.

Theorem noether_gradient_flow : noether_gradient_flow_statement.
Proof.
move=> R cR; split; [|split].
- move=> V Z p l g A gamma theta [AD AZ] sA bA gen flow.
  have d t : deriv_at (fun s => charge A (theta s)) t (- 4%:R * gamma * charge A (theta t)).
    have := @L.flow_charge_decay R V A AD sA bA (fun h => theta (t + h)) (\sum_z p z *: g z (theta t)) gamma.
    rewrite addr0 => H; apply: H; [exact: flow | exact: orthogonal (gen t)].
  split=> // g0; apply: constant => // t; have := d t.
  by rewrite g0 mulr0 mul0r.
- move=> m r q U W l gU gW through dU dW vU vW t.
  apply/matrixP => i j; apply/eqP; rewrite -subr_eq0; apply/eqP.
  pose f s : R := (W s *m (W s)^T - (U s)^T *m U s) i j.
  suff /(constant cR) h : forall s, deriv_at f s 0 by rewrite -/(f t) -/(f 0) h subrr.
  move=> s; have prod := L.product_gradients through (dU s) (dW s).
  have prodt : W s *m (gW s)^T = (gU s)^T *m U s by apply: trmx_inj; rewrite !trmx_mul !trmxK.
  have entry n k (c : R -> mx_eucl R n k) v a b : vel_at c s v -> deriv_at (fun u => c u a b) s (v a b).
    move=> cv; apply: lo_le cv; apply: smallT => h.
    set X := c (s + h) - c (s + 0) - h *: v.
    have -> : c (s + h) a b - c (s + 0) a b - h * v a b = X a b by rewrite /X !mxE.
    rewrite /ip /= frobE (bigD1 b) //= (bigD1 a) //= -expr2 -addrA ler_addl.
    rewrite addr_ge0 // ?sumr_ge0 // => k' _; first by rewrite -expr2 sqr_ge0.
    by rewrite sumr_ge0 // => k'' _; rewrite -expr2 sqr_ge0.
  have e1 k : deriv_at (fun u => W u i k * W u j k) s (- gW s i k * W s j k + W s i k * - gW s j k).
    have a1 := entry _ _ _ _ i k (vW s); have a2 := entry _ _ _ _ j k (vW s).
    by have := derivM a1 a2; rewrite !addr0 !mxE.
  have e2 k : deriv_at (fun u => U u k i * U u k j) s (- gU s k i * U s k j + U s k i * - gU s k j).
    have a1 := entry _ _ _ _ k i (vU s); have a2 := entry _ _ _ _ k j (vU s).
    by have := derivM a1 a2; rewrite !addr0 !mxE.
  have := derivD (deriv_sum (index_enum (ordinal_finType q)) e1) (derivZ (-1) (deriv_sum (index_enum (ordinal_finType m)) e2)).
  have -> : \sum_k (- gW s i k * W s j k + W s i k * - gW s j k) + -1 * (\sum_k (- gU s k i * U s k j + U s k i * - gU s k j)) = 0.
    have p1 : \sum_k gW s i k * W s j k = \sum_k U s k i * gU s k j.
      have /matrixP/(_ i j) := prod; rewrite !mxE => e; rewrite [RHS](eq_bigr (fun k => (U s)^T i k * gU s k j)); last by move=> k _; rewrite mxE.
      by rewrite -e; apply: eq_bigr => k _; rewrite mxE.
    have p2 : \sum_k W s i k * gW s j k = \sum_k gU s k i * U s k j.
      have /matrixP/(_ i j) := prodt; rewrite !mxE => e; rewrite [RHS](eq_bigr (fun k => (gU s)^T i k * U s k j)); last by move=> k _; rewrite mxE.
      by rewrite -e; apply: eq_bigr => k _; rewrite mxE.
    rewrite (eq_bigr (fun k => - (gW s i k * W s j k) + - (W s i k * gW s j k))) => [|k _]; last by rewrite mulNr mulrN.
    rewrite (eq_bigr (fun k => - (gU s k i * U s k j) + - (U s k i * gU s k j))) => [|k _]; last by rewrite mulNr mulrN.
    rewrite !big_split /= !sumrN p1 p2; move: (\sum_k _) (\sum_k _) => s1 s2; ring.
  apply: deriv_ext; apply: smallT => h; rewrite /f !mxE mulN1r.
  by congr (_ - _); apply: eq_bigr => k _; rewrite !mxE.
move=> V Z p l g A eta x [AD AZ] sA gen G; exact: (L.euler_step AD AZ sA eta (orthogonal p gen)).
Qed.

Theorem noether_sgd_charge : noether_sgd_charge_statement.
Proof.
move=> R V Z b l g A x eta gamma [AD AZ] sA gen G.
by apply: (L.sgd_charge AD AZ sA); apply: orthogonal gen.
Qed.

Theorem noether_sgd_matrix_charge : noether_sgd_matrix_charge_statement.
Proof.
move=> R m r q l U gU W gW eta gamma through dU dW Q.
exact: L.sgd_matrix_charge (L.product_gradients through dU dW).
Qed.

Theorem noether_preconditioned_charge : noether_preconditioned_charge_statement.
Proof.
move=> R V Z b l g A At Lam M x [[MD MZ] sM LM sL adj] gen G.
by apply: (L.preconditioned_charge MD MZ sM LM sL adj); apply: orthogonal gen.
Qed.

Theorem noether_decoupled_decay : noether_decoupled_decay_statement.
Proof.
move=> R V Z b l g A At Lam M x eta gamma [[MD MZ] sM LM sL adj] gen G.
by apply: (L.decoupled_decay MD MZ sM LM sL adj); apply: orthogonal gen.
Qed.

Lemma mean_of_run (R : realFieldType) (c e s K t : R) : e != 0 -> t != 0 ->
  (c / e ^+ 2 + K * s) / t = c / (e ^+ 2 * t) + K * (s / t).
Proof. by move=> e0 t0; field; rewrite t0 e0. Qed.

Theorem noether_time_average : noether_time_average_statement.
Proof.
split=> [R V Z b l g A x eta gamma T [AD AZ] sA gen e0 T0 G step|R V Z l g A Om P x b eta gamma [AD AZ] sA gen e0 G st].
  have T1 : T%:R != 0 :> R by rewrite pnatr_eq0 -lt0n.
  have := L.time_average AD AZ sA T e0 (fun t => orthogonal (b t) (gen t)) step.
  rewrite -/(G _) -[\sum_(t < T) L.C A (G t)]/(\sum_(t < T) charge A (G t)) => ->.
  exact: mean_of_run.
exact: (L.time_average_stationary AD AZ sA e0 (fun o => orthogonal (b o) (gen o)) st).
Qed.

Theorem noether_scale_invariant : noether_scale_invariant_statement.
Proof.
move=> R W U Z b l g x eta gamma gr inv G r2 step.
have orth t : <<(x t).1, G t>> = 0.
  rewrite ip_sumr big1 // => z _; rewrite ipZr.
  suff -> : <<(x t).1, (g z (x t)).1>> = 0 by rewrite mulr0.
  pose c s : pair_eucl W U := ((1 + s) *: (x t).1, (x t).2).
  have c0 : c 0 = x t by rewrite /c addr0 scale1r -surjective_pairing.
  have cv : vel c ((x t).1, 0).
    have := vel_line (V := pair_eucl W U) (x t) ((x t).1, 0); apply: vel_ext; apply: smallT => s.
    by rewrite /c scalerDl scale1r; congr (_, _); rewrite /= scaler0 addr0.
  have gz : grad (l z) (c 0) (g z (x t)) by rewrite c0.
  have := chain gz cv; rewrite pairE /= ip0r addr0 ipC => h.
  apply: deriv_uniq h _; apply: deriv_ext (deriv_cst (l z (x t))); apply: small_impl (small_1t R) => s hs.
  by rewrite /c inv // (lt_le_trans _ hs) // divr_gt0 ?ltr01 ?ltr0n.
have h1 := L.scale_invariant_step (x := fun t => (x t).1) orth step.
split=> //.
- by move=> g0 t; apply: (L.scale_invariant_grows (x := fun t => (x t).1) orth step).
- exact: (L.scale_invariant_run2 (x := fun t => (x t).1) orth step).
- exact: (L.scale_invariant_run4 (x := fun t => (x t).1) orth step).
Qed.

Theorem noether_momentum : noether_momentum_statement.
Proof.
split=> [R V Z b l g A x m eta gamma beta [AD AZ] sA gen e0 ms xs T|].
  exact: (L.momentum_run AD AZ sA e0 (fun t => orthogonal (b t) (gen t)) ms xs).
move=> R V Z l g A Om P x m x' m' b eta gamma beta [AD AZ] sA gen e0 ms xs sC sB.
have one o : (1 + beta) * charge A (m' o) = 4%:R * gamma / eta * charge A (x o)
    + (1 - beta) / eta ^+ 2 * (charge A (x' o) - charge A (x o)) - 2 * beta / eta * (<<m' o, A (x' o)>> - <<m o, A (x o)>>).
  pose G o := \sum_z b o z *: g z (x o).
  pose xx n := nat_rect (fun _ => (V * V)%type) (x o, m o) (fun _ s =>
    let mm := beta *: s.2 + (if s.1 == x o then G o else 0) + (2 * gamma) *: s.1 in (s.1 - eta *: mm, mm)) n.
  have := L.momentum3 (x := fun n => (xx n).1) (m := fun n => (xx n).2)
    (g := fun n => if (xx n).1 == x o then G o else 0) AD AZ sA e0 _ _ _ 0%N.
  rewrite /= eqxx -ms -xs => h; apply: h => // t; case: eqP => [->|_]; last by rewrite ip0r.
  exact: orthogonal (gen o).
have := eq_bigr (fun o => P o * ((1 + beta) * charge A (m' o))) (fun o _ => erefl).
rewrite mulr_sumr (eq_bigr (fun o => 4%:R * gamma / eta * (P o * charge A (x o))
    + (1 - beta) / eta ^+ 2 * (P o * charge A (x' o) - P o * charge A (x o))
    - 2 * beta / eta * (P o * <<m' o, A (x' o)>> - P o * <<m o, A (x o)>>))) => [_|o _]; last first.
  by rewrite mulrCA one; move: (P o) (charge _ _) (charge _ _) <<_, _>> <<_, _>> => *; ring.
rewrite sumrB big_split /= -!mulr_sumr !sumrB sC sB !subrr !mulr0 addr0 subr0.
by [].
Qed.

(* The balance laws: each theorem proves the statement of its name in statements/balance.v. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices families learning blocks.
From Equipartition.statements Require Import balance.
From Equipartition.lemmas Require balance scalings.
Module L := Equipartition.lemmas.balance.
Module S := Equipartition.lemmas.scalings.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem balance_master : balance_master_statement.
Proof. by move=> R V Z p l g K Ks A At Lam x GF gamma fam gr sym rt; apply: (L.balance_master fam gr sym rt). Qed.

Theorem balance_approximate : balance_approximate_statement.
Proof.
move=> R V Z p l g K Ks A At Lam x GF gamma fam gr sym rt FG imbalance.
by split; [exact: (L.balance_approximate fam gr sym rt FG) | exact: (L.balance_approximate_eq fam gr sym rt FG)].
Qed.

Theorem balance_neuron : balance_neuron_statement.
Proof.
move=> R m q T Z p V l g x eta gamma phi k w u gr e0 hom seen.
by split; [exact: (L.balance_neuron_offshell gr e0 hom seen) | exact: (L.balance_neuron gr e0 hom seen)].
Qed.

(* Layers *)
Section Layer.
Variables (R : realFieldType) (w : nat -> nat) (D : nat) (T V : eucl R) (P : blocks V (layers w (D := D) T)).
Variables (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (x : V) (eta gamma : R).
Hypotheses (gr : differentiable l g x) (e0 : eta != 0).
Notation wj j := (widen_ord (leqnSn D) j).
Notation exc b := (S.excess P p g x eta gamma b).

Lemma lift_widen (j : 'I_D) : lift ord0 j != wj j.
Proof. by rewrite -val_eqE /= neq_ltn ltnSn orbT. Qed.

Lemma adjacent (phi : R -> R) (k : nat) (j : 'I_D) : homogeneous phi k -> seen_through P l phi j ->
  grad (plain p l g eta gamma) x 0 ->
  exc (inl (inl (wj j))) + exc (inl (inr (wj j))) - k%:R * exc (inl (inl (lift ord0 j))) = 0.
Proof.
move=> hom seen G0.
pose d (b : 'I_D.+1 + 'I_D.+1 + unit) : int := if b == inl (inl (wj j)) then 1 else
  if b == inl (inr (wj j)) then 1 else if b == inl (inl (lift ord0 j)) then - k%:Z else 0.
have ne : inl (inl (lift ord0 j)) != inl (inl (wj j)) :> 'I_D.+1 + 'I_D.+1 + unit.
  by apply: contra (lift_widen j) => /eqP[h]; apply/eqP/ord_inj.
have sym : symmetric l (scale P d) x.
  have [c c0 h] := small_1t R; exists c => // v t z _ /h t2.
  have t0 : 0 < 1 + t by apply: lt_le_trans t2; rewrite divr_gt0 ?ltr01 ?ltr0n.
  apply: seen => [b b1 b2 b3|i].
    by rewrite part_join /d (negPf b1) (negPf b2) (negPf b3) expr0z scale1r.
  rewrite /two_layers /weight /bias !part_join /d !eqxx /= (negPf ne) /=.
  set y := x + v; set W1 := part P (inl (inl (wj j))) y; set b1 := part P (inl (inr (wj j))) y; set W2 := part P (inl (inl (lift ord0 j))) y.
  rewrite expr1z.
  have -> : ((1 + t) *: (W1 : mx_eucl R _ _) : 'M_(w j.+1, w j)) *m i + ((1 + t) *: (b1 : mx_eucl R _ _) : 'cV_(w j.+1))
     = (1 + t) *: ((W1 : 'M_(w j.+1, w j)) *m i + (b1 : 'cV_(w j.+1))).
    by rewrite scalerDr -scalemxAl.
  have -> u : map_mx phi ((1 + t) *: u) = (1 + t) ^+ k *: map_mx phi u :> 'cV_(w j.+1).
    by apply/matrixP => a b; rewrite !mxE hom.
  rewrite -exprnN -scalemxAr.
  transitivity ((1 + t) ^+ k *: ((1 + t) ^- k *: ((W2 : 'M_(w j.+2, w j.+1)) *m map_mx phi ((W1 : 'M_(w j.+1, w j)) *m i + (b1 : 'cV_(w j.+1)))))).
    by rewrite -scalemxAl.
  by rewrite scalerA mulfV ?scale1r // expf_neq0 // lt0r_neq0.
have := S.scaling_stationary gr e0 sym G0.
rewrite (bigD1 (inl (inl (wj j)))) //= (bigD1 (inl (inr (wj j)))) //= (bigD1 (inl (inl (lift ord0 j)))) ?ne //=.
rewrite big1 => [|b /andP[/andP[b1 b2] b3]]; last by rewrite /d (negPf b1) (negPf b2) (negPf b3) mul0r.
rewrite /d !eqxx (negPf ne) /= addr0 mulr1z !mul1r mulrNz mulNr addrA => <-.
by [].
Qed.
End Layer.

Theorem balance_layer : balance_layer_statement.
Proof.
move=> R w D T V P Z p l g x eta gamma phi k a m gr e0 am hyp G0.
pose ew j := S.excess P p g x eta gamma (inl (inl j)); pose eb j := S.excess P p g x eta gamma (inl (inr j)).
suff H n : (a + n <= D)%N -> ew a + \sum_(j < D.+1 | (a <= j < a + n)%N) k%:R ^+ (j - a) * eb j
     - k%:R ^+ n * ew (inord (a + n)) = 0 \/ (m < a + n)%N.
  have [||h] := H (m - a)%N; first by rewrite subnKC ?(ltnW am) // -ltnS ltn_ord.
  - rewrite subnKC ?(ltnW am) // inord_val => h; apply/eqP; rewrite -subr_eq0; apply/eqP; rewrite -[RHS]h.
    rewrite /ew /eb /S.excess -/(weight P a x) -/(weight P m x).
    have -> : \sum_(j < D.+1 | (a <= j < m)%N) k%:R ^+ (j - a) *
        (\sum_z p z * N (part P (inl (inr j)) (g z x)) - 4%:R * gamma / eta * N (part P (inl (inr j)) x))
      = \sum_(j < D.+1 | (a <= j < m)%N) k%:R ^+ (j - a) * (\sum_z p z * N (bias P j (g z x)))
        - 4%:R * gamma / eta * (\sum_(j < D.+1 | (a <= j < m)%N) k%:R ^+ (j - a) * N (bias P j x)).
      rewrite mulr_sumr -sumrB; apply: eq_bigr => j _; rewrite /bias.
      by move: (\sum_z _) (N _) => s t; ring.
    move: (\sum_z _) (N (weight P a x)) (\sum_(j < _ | _) _) (\sum_(j < _ | _) _) (\sum_z _) (N (weight P m x)) => *; ring.
  - by move: h; rewrite subnKC ?(ltnW am) // ltnn.
elim: n => [_|n IH].
  left; rewrite addn0 inord_val expr0 mul1r big1 ?addr0 ?subrr // => j /andP[h1 h2].
  by move: (leq_trans h2 h1); rewrite ltnn.
rewrite addnS => h; have [nm|mn] := ltnP (a + n) m; last by right; rewrite ltnS.
have [e|] := IH (ltnW h); last by rewrite ltnNge (ltnW nm).
left; pose j := Ordinal h.
have [hom seen] : homogeneous (phi j) k /\ seen_through P l (phi j) j by apply: hyp; rewrite /= leq_addr.
have := adjacent gr e0 hom seen G0.
have -> : widen_ord (leqnSn D) j = inord (a + n) by apply: ord_inj; rewrite inordK // ltnS ltnW.
have -> : lift ord0 j = inord (a + n).+1 by apply: ord_inj; rewrite inordK // ltnS.
rewrite -/(ew _) -/(ew _) -/(eb _) => e1.
rewrite (bigD1 (inord (a + n) : 'I_D.+1)) /=; last by rewrite inordK ?ltnS ?ltnW // leq_addr leqnn.
rewrite (eq_bigl (fun j : 'I_D.+1 => (a <= j < a + n)%N)) => [|i]; last first.
  rewrite ltnS -val_eqE /= inordK ?ltnS ?(ltnW h) //.
  by rewrite [in RHS]ltn_neqAle [in RHS]andbA [in RHS]andbAC andbC andbA.
rewrite inordK ?ltnS ?(ltnW h) // addKn exprS.
move: e e1; set s := \sum_(_ < _ | _) _; move: (ew a) (ew (inord _)) (eb _) (ew _) s => A B C E s e e1.
have -> : A + (k%:R ^+ n * C + s) - k%:R * k%:R ^+ n * E = (A + s - k%:R ^+ n * B) + k%:R ^+ n * (B + C - k%:R * E) by ring.
by rewrite e e1 mulr0 addr0.
Qed.

Theorem balance_equipartition : balance_equipartition_statement.
Proof.
move=> R w D T V P Z p l g x eta phi gr e0 hom seen G0.
pose ex j := S.excess P p g x eta 0 (inl j).
have exE j : ex j = \sum_z p z * N (plain_weight P j (g z x)).
  by rewrite /ex /S.excess mulr0 mul0r mul0r subr0.
suff step (j : 'I_D) : ex (widen_ord (leqnSn D) j) = ex (lift ord0 j).
  suff H n (h : (n < D.+1)%N) : ex (Ordinal h) = ex ord0.
    move=> i j; rewrite -!exE; case: i j => i hi [j hj]; by rewrite (H i) (H j).
  elim: n h => [|n IH] h; first by congr ex; apply: ord_inj.
  have hn : (n < D)%N by rewrite -ltnS.
  have -> : Ordinal h = lift ord0 (Ordinal hn) by apply: ord_inj.
  rewrite -step -(IH (ltnW h)); congr ex; exact: ord_inj.
set wj := widen_ord _ j.
have ne : inl (lift ord0 j) != inl wj :> 'I_D.+1 + unit.
  by apply: contra (lift_widen j) => /eqP[h]; apply/eqP/ord_inj.
pose d (b : 'I_D.+1 + unit) : int := if b == inl wj then 1 else if b == inl (lift ord0 j) then - 1 else 0.
have sym : symmetric l (scale P d) x.
  have [c c0 h] := small_1t R; exists c => // v t z _ /h t2.
  have t0 : 0 < 1 + t by apply: lt_le_trans t2; rewrite divr_gt0 ?ltr01 ?ltr0n.
  apply: (seen j) => [b b1 b2|i].
    by rewrite part_join /d (negPf b1) (negPf b2) expr0z scale1r.
  rewrite /plain_weight !part_join /d !eqxx /= (negPf ne) /=.
  set y := x + v; set W1 := part P (inl wj) y; set W2 := part P (inl (lift ord0 j)) y.
  rewrite expr1z.
  have -> : ((1 + t) *: (W1 : mx_eucl R _ _) : 'M_(w j.+1, w j)) *m i = (1 + t) *: ((W1 : 'M_(w j.+1, w j)) *m i).
    by rewrite -scalemxAl.
  have -> u : map_mx (phi j) ((1 + t) *: u) = (1 + t) *: map_mx (phi j) u :> 'cV_(w j.+1).
    by apply/matrixP => a b; rewrite !mxE hom.
  rewrite -scalemxAr.
  transitivity ((1 + t) *: ((1 + t)^-1 *: ((W2 : 'M_(w j.+2, w j.+1)) *m map_mx (phi j) ((W1 : 'M_(w j.+1, w j)) *m i)))).
    by rewrite -scalemxAl.
  by rewrite scalerA mulfV ?scale1r // lt0r_neq0.
have := S.scaling_stationary gr e0 sym G0.
rewrite (bigD1 (inl wj)) //= (bigD1 (inl (lift ord0 j))) ?ne //=.
rewrite big1 => [|b /andP[b1 b2]]; last by rewrite /d (negPf b1) (negPf b2) mul0r.
by rewrite /d !eqxx (negPf ne) /= addr0 mulr1z mul1r mulrNz mulr1z mulN1r => /eqP; rewrite subr_eq0 => /eqP.
Qed.

(* Matrices *)
Theorem balance_matrix : balance_matrix_statement.
Proof.
move=> R m r q T Z p l g x eta gamma gr e0 through.
by split; [exact: (L.balance_matrix_offshell gr e0 through) | exact: (L.balance_matrix gr e0 through)].
Qed.

Theorem balance_scale_invariant : balance_scale_invariant_statement.
Proof.
move=> R W T Z p l g x eta gamma gr e0 inv.
pose sp (b : bool) : eucl R := if b then W else T.
pose pt b : pair_eucl W T -> sp b := if b is true then fst else snd.
pose jn (v : forall b, sp b) : pair_eucl W T := (v true, v false).
have pa b x y : pt b (x + y) = pt b x + pt b y by case: b.
have ps b a x : pt b (a *: x) = a *: pt b x by case: b.
have pj v b : pt b (jn v) = v b by case: b.
have pi x y : <<x, y>> = \sum_b <<pt b x, pt b y>> by rewrite big_bool.
pose P := Blocks pa ps pj pi; pose d b : int := if b then 1 else 0.
have sym : symmetric l (scale P d) x.
  have [c c0 h] := small_1t R; exists c => // v t z _ /h t2.
  have t0 : 0 < 1 + t by apply: lt_le_trans t2; rewrite divr_gt0 ?ltr01 ?ltr0n.
  by rewrite -[RHS](inv z _ _ t0); congr (l z (_, _)); rewrite /= ?expr1z // scale1r.
split=> [GF FG|G0].
  have := S.scaling_law gr e0 sym FG; rewrite !big_bool /= !mul0r !addr0 mulr1z !mul1r => ->.
  by [].
have := S.scaling_stationary gr e0 sym G0; rewrite big_bool /= mul0r addr0 mulr1z mul1r.
by move/eqP; rewrite subr_eq0 => /eqP.
Qed.
